-- flowguard.lua - FlowGuard's gateway: a key for whoever registers, 5 requests a minute each, three servers in turn.
--
--   loadtester upstream :8001 :8002 :8003 --id server_1 --id server_2 --id server_3 --mock --fail-health 0.1
--   ADMIN_TOKEN=$(openssl rand -hex 16) tollgate serve examples/compat/flowguard.lua
--
-- docs/compat.md has a row for each thing that is here. What FlowGuard showed to everybody (all keys, all logs) is for
-- who brings `Authorization: Bearer $ADMIN_TOKEN`; without the variable these pages are not there.

local function number(name, default) return assert(tonumber(env(name, default)), name .. ": expected a number") end

listen(env("LISTEN", "127.0.0.1:8000"))
database(env("DATABASE_URL", "sqlite:flowguard.db"))          -- or "postgresql://user:password@db/flowguard"

-- X-Forwarded-For is believed of these, and of nobody without them.
local proxies = {}
for network in env("TRUSTED_PROXIES", ""):gmatch "[^, ]+" do table.insert(proxies, network) end
if #proxies > 0 then trusted_proxies(proxies) end

local token, address = env("ADMIN_TOKEN", ""), env("ADMIN", "127.0.0.1:9180")
admin(token == "" and address or { listen = address, token = token })

-- Servers -----------------------------------------------------------------------------------------------------------

local addresses, names = {}, {}
for i, default in ipairs { "127.0.0.1:8001", "127.0.0.1:8002", "127.0.0.1:8003" } do
    local name = "server_" .. i
    addresses[i] = env(name:upper(), default)                           -- SERVER_1, SERVER_2, SERVER_3
    names[addresses[i]] = name
end

local backends = upstream "backends" {
    targets = addresses,
    balance = balancer { policy = env("BALANCE", "round_robin") },     -- or "least_requests", "ewma"
    health  = {
        path = "/health", every = number("HEALTH_EVERY", "10") * seconds, timeout = 5 * seconds, rise = 1, fall = 2,
    },
    retry   = { attempts = 3, budget_floor = 100 },          -- a server that dies costs no request
    timeout = number("UPSTREAM_TIMEOUT", "3") * seconds,
}

-- What FlowGuard's clients read in answers ----------------------------------------------------------------------------

local function detail(status, text)
    return { status = status, type = "application/json", body = json.encode { detail = text } }
end
local mismatch = detail(401, "Keys don't match")

errors {
    key_missing         = detail(401, "Header required: X-API-Key"),
    key_unknown         = mismatch,
    key_malformed       = mismatch,
    key_expired         = mismatch,
    key_revoked         = mismatch,
    owner_taken         = detail(400, "API key already exists..."),
    rate_limited        = detail(429, "Rate limit exceeded"),
    no_target_available = detail(503, "No healthy backends available"),
    no_route            = detail(404, "Not Found"),
    any                 = { type = "application/json", body = json.encode { detail = "${message}" } },
}

-- Which server it was, and how many milliseconds that took.
local function named(response)
    if not response.from_upstream then return end
    response.headers["X-Upstream"] = names[response.target]
    response.headers["X-Upstream-Latency"] = ("%.3f"):format(response.time)
end

-- The answer within JSON; one of more than 256 kilobytes goes on as it is. The status is the server's own.
local function enveloped(response)
    local headers = {}
    for name, value in pairs(response.headers) do headers[name] = value end
    named(response)
    if not response.from_upstream or not response.body then return end
    response.headers["Content-Type"] = "application/json"
    response.body = json.encode {
        status_code = response.status, content = response.body, latency = response.time, headers = headers,
    }
end

-- Keys, and what they may ---------------------------------------------------------------------------------------------

route "GET /" {
    answer = { body = json.encode "Welcome to my project", headers = { ["Content-Type"] = "application/json" } },
}

route "POST /register" {
    register = {},
    plugins  = ratelimit { by = client_ip, rate = 30 / hour, headers = false },
    response = { body = 16 * kilobytes, change = function(response)
        local told = json.decode(response.body)
        if response.status == 201 then
            response.status, response.body = 200, json.encode { api_key = told.secret, owner = told.owner }
        elseif told.fields then
            local list = json.array {}
            for field, problem in pairs(told.fields) do
                list[#list + 1] = { loc = { "body", field }, msg = problem, type = "value_error" }
            end
            response.body = json.encode { detail = list }
        end
    end },
}

local folder = env("LOGS", "logs")
local function file(name) return folder .. "/" .. name end
local members = {
    logging { format = "text", rotate_size = 10 * megabytes, logs = {
        { to = file "app.log" },
        { to = file "rate_limit.log", only = { "refusals" } },
        { to = file "load_balance.log",
          template = "{time} {method} {path} -> {target} {upstream_status} {upstream_ms} ms" },
        { database = true, spool = file "request_log.spool" },
    } },
    auth { key = header "X-API-Key" },
    -- A key may have a limit of its own: `tollgate keys update ID --rate 100/60s`.
    ratelimit {
        by            = caller,
        default_rate  = number("RATE_LIMIT", "5") / (number("RATE_WINDOW", "60") * seconds),
        algorithm     = env("RATE_ALGORITHM", "sliding_log"),           -- or "fixed_window", "token_bucket"
        store         = env("REDIS_URL", "memory"),
        redis_timeout = number("REDIS_TIMEOUT", "0.02") * seconds,
        name          = "flowguard",
    },
}

-- Without a path: in the envelope, as it was. With one: method, path, query and answer pass as they are.
route "GET /proxy"    { upstream = backends, plugins = members, rewrite = "/",
                        response = { body = 256 * kilobytes, change = enveloped } }
route "* /proxy/**"   { upstream = backends, plugins = members, rewrite = { strip = "/proxy" }, response = named }

-- Figures, of this gateway's admin listener ---------------------------------------------------------------------------

local operator = upstream "operator" {
    targets = address:gsub("^0%.0%.0%.0:", "127.0.0.1:"), preserve_host = false, retry = false,
}

-- The key in the path is what lets in: whose it is sees his own figures. Logs and who watches have "/metrics/(hidden)".
route "GET /metrics/:key" {
    upstream        = operator,
    plugins         = auth { key = function(request) return request.parameters.key end, hide = false },
    rewrite         = function(request) return "/metrics/" .. request.caller end,
    request_headers = { set = { Authorization = token ~= "" and "Bearer " .. token or "" } },
    response        = function(response)
        if response.status ~= 404 then return end
        response.status, response.body = 400, json.encode { detail = "No logs available for this API_Key" }
    end,
}
route "GET /docs/**"      { upstream = operator }
route "GET /openapi.json" { upstream = operator }

if token == "" then return end

-- `change` makes FlowGuard's JSON of the listener's, which refuses who does not bring its token; `words` are by status.
local function page(path, rewrite, change, words)
    route("GET " .. path) {
        upstream = operator,
        plugins  = ratelimit {
            by = client_ip, rate = number("OPERATOR_RATE", "120") / minute, headers = false, name = "operators",
        },
        rewrite  = rewrite,
        response = change and { body = 80 * kilobytes, change = function(response)
            response.headers["Content-Type"] = "application/json"
            if not response.body then
                response.status = 400
                response.body = json.encode { detail = "too much for a page; say a smaller limit" }
                return
            end
            local told = json.decode(response.body)
            local good, said = response.status < 300, words and words[response.status]
            response.body = json.encode(good and change(told, response.headers) or { detail = said or told.error })
        end },
    }
end

local function each(list, change)
    local all = json.array {}
    for i, one in ipairs(list) do all[i] = change(one) end
    return all
end

page("/metrics", "/metrics")
page("/status", "/status")
page("/all_keys", "/keys", function(told, headers)
    headers["X-Next"] = told.next ~= json.null and told.next or nil
    return each(told.keys, function(key)
        return { id = key.id, key = "tg_" .. key.id .. "_...", owner = key.owner, created_at = key.created_at }
    end)
end)
page("/view_logs", "/logs", function(told, headers)
    headers["X-Next"] = told.next ~= json.null and told.next or nil
    return each(told.requests, function(one)
        return { id = one.id, api_key = one.caller, latency = one.duration_ms, status_code = one.status,
                 url = one.target and "http://" .. one.target, path = one.path, timestamp = one.time }
    end)
end)
page("/server", "/upstreams/backends/next", function(told)
    return { ["Server returned"] = names[told.target], URL = told.url }
end, { [503] = "No healthy backends available" })
page("/server_stats", "/upstreams", function(told)
    local stats = json.array {}
    for _, upstream in ipairs(told.upstreams) do
        if upstream.name == "backends" then
            for i, target in ipairs(upstream.targets) do
                stats[i] = {
                    id = i, URL = "http://" .. target.address, ["Server ID"] = names[target.address],
                    ["Response time"] = target.latency.mean_ms or 0, ["Failure count"] = target.checks.failed,
                    Health = target.available and "Healthy" or "Unhealthy", Reason = target.reason,
                    ["In flight"] = target.in_flight, Requests = target.requests, Failures = target.failures,
                }
            end
        end
    end
    return stats
end)
