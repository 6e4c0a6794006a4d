-- benchmarks/wrk.lua - what wrk asks, and its result as one line of JSON.   Read by measure.py.
-- Arguments: routes (0: always the path of the URL; else /service-1 ... in a fixed, jumping order), think (mean
-- milliseconds between an answer and the next request of a connection; 0: none).

local count, think, requests, at = 0, 0, {}, 0

function init(arguments)
    count, think = tonumber(arguments[1]), tonumber(arguments[2])
    for i = 1, math.min(count, 20000) do
        -- 7919 is prime to 10 and 10,000: each route once, neighbours far apart.
        local route = (i * 7919) % count + 1
        requests[i] = wrk.format("GET", "/service-" .. route .. "/items/" .. i)
    end
    if count > 0 then
        request = function()
            at = at % #requests + 1
            return requests[at]
        end
    end
    if think > 0 then
        math.randomseed(1)
        delay = function() return math.random(0, 2 * think) end
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,' ..
        '"refused":%d}\n', summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.connect, errors.read, errors.write, errors.timeout, errors.status))
end
