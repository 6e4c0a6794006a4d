-- monitoring.lua - the gateway with monitoring and an admin dashboard: services by name, tokens, 10 requests a minute.
--
--   loadtester upstream :8001 --id mock_service --mock
--   ADMIN_TOKEN=$(openssl rand -hex 16) tollgate serve examples/compat/monitoring.lua
--   echo test345 me | tollgate keys import - --file examples/compat/monitoring.lua
--
-- docs/compat.md has a row for each thing that is here. There any text was a token; here it is one that the database
-- knows (its hash, that is). The dashboard is the admin listener's, http://127.0.0.1:9180/, and asks for $ADMIN_TOKEN.

local function number(name, default) return assert(tonumber(env(name, default)), name .. ": expected a number") end

local function words(text)
    local list = {}
    for word in text:gmatch("[^%s,]+") do list[#list + 1] = word end
    return list
end

listen(env("LISTEN", "127.0.0.1:8080"))
database(env("DATABASE_URL", "sqlite:monitoring.db"))

-- X-Forwarded-For is believed of these, and of nobody without them.
local proxies = words(env("TRUSTED_PROXIES", ""))
if #proxies > 0 then trusted_proxies(proxies) end

-- What a restart runs; no shell reads it.
local restart_time = number("RESTART_TIMEOUT", "30")
local restarts = {
    mock_service = {
        restart = words(env("RESTART_MOCK_SERVICE", "systemctl restart mock_service")),
        timeout = restart_time * seconds,
    },
}

local token, address = env("ADMIN_TOKEN", ""), env("ADMIN", "127.0.0.1:9180")
admin {
    listen   = address,
    token    = token ~= "" and token or nil,
    hosts    = words(env("ADMIN_HOSTS", "")),        -- as Prometheus calls it, where that is another machine
    services = restarts,
}
always { logging { to = env("ACCESS_LOG", "stdout") } }

-- Services ------------------------------------------------------------------------------------------------------------

local SERVICE_MAP = {
    service1 = env("SERVICE1", "127.0.0.1:8001"),
}

local function text(status, body) return { status = status, body = body } end
local away = "Service unavailable after retries"

errors {
    key_missing         = text(401, "Missing Authorization token"),
    key_malformed       = text(401, "Unknown Authorization token"),
    key_unknown         = text(401, "Unknown Authorization token"),
    rate_limited        = text(429, "Rate limit exceeded"),
    no_target_available = text(503, away),
    any                 = function(failure)
        if failure.culprit == "upstream" then return { body = away } end
    end,
}

local guarded = {
    auth { scheme = "bearer" },
    ratelimit {
        by            = caller,
        default_rate  = number("RATE_LIMIT", "10") / (number("RATE_WINDOW", "60") * seconds),
        algorithm     = "sliding_log",
        store         = env("REDIS_URL", "memory"),
        redis_timeout = number("REDIS_TIMEOUT", "0.02") * seconds,
        name          = "tokens",
    },
}

for name, target in pairs(SERVICE_MAP) do
    local service = upstream(name) {
        targets = target,
        timeout = 5 * seconds,
        health  = { path = "/status", every = number("HEALTH_EVERY", "5") * seconds },
        -- Three attempts in all, where that may be done twice: no POST. The pauses double.
        retry   = {
            attempts = 3, on = { "connect", "reset", "timeout", "5xx" }, backoff = number("BACKOFF", "0.5") * seconds,
        },
    }
    route("* /api/" .. name .. "/**") { upstream = service, plugins = guarded, rewrite = { strip = "/api/" .. name } }
end

route "* /api/:service/**" {
    answer   = { status = 404 },
    plugins  = guarded,
    response = function(response, request)
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
        response.body = "Unknown service: " .. request.parameters.service
    end,
}

-- The gateway itself, by its admin listener ----------------------------------------------------------------------------

local operator = upstream "operator" {
    targets = address:gsub("^0%.0%.0%.0:", "127.0.0.1:"), preserve_host = false, retry = false,
    timeout = (restart_time + 30) * seconds,             -- who is late is given 2 s more, and then it is told
}
local as_operator = { set = { Authorization = token ~= "" and "Bearer " .. token or "" }, remove = { "Accept" } }

-- The figures that the old dashboards ask for, under the names that they know, before all of Tollgate's own.
local known = {
    { "tollgate_requests_total",            "http_requests_total" },
    { "tollgate_request_duration_seconds",  "http_request_duration_seconds" },
    { "tollgate_request_body_size_bytes",   "http_request_size_bytes" },
    { "tollgate_response_body_size_bytes",  "http_response_size_bytes" },
}

-- A family of the page, from its # HELP to the next one.
local function family(page, name)
    local from = page:find("# HELP " .. name .. " ", 1, true)
    if not from then return "" end
    local to = page:find("\n# HELP ", from, true)
    return page:sub(from, to or #page)
end

-- It is asked as the operator: say further networks only where nobody else's requests come from them.
route "GET /metrics" {
    upstream        = operator,
    request_headers = as_operator,
    client_ip       = words(env("METRICS_FROM", "127.0.0.0/8 ::1")),
    response        = { body = 1 * megabyte, change = function(response)
        if response.status ~= 200 or not response.body then return end
        local page = {}
        for i, names in ipairs(known) do
            page[i] = family(response.body, names[1]):gsub(names[1], names[2])
                          :gsub('{route="', '{handler="'):gsub(',route="', ',handler="')
        end
        page[#page + 1] = response.body
        response.body = table.concat(page)
    end },
}
route "GET /health"       { upstream = operator }
route "GET /docs/**"      { upstream = operator }
route "GET /openapi.json" { upstream = operator }

-- What a token has spent of its limit, for whoever has it.
route "GET /usage" {
    upstream        = operator,
    plugins         = auth { scheme = "bearer" },
    rewrite         = function(request) return "/keys/" .. request.caller:gsub("^key%-", "") .. "/usage" end,
    request_headers = as_operator,
}

-- {"service_name": "mock_service"}, for who brings the admin token: the listener asks for it.
if token ~= "" then
    route "POST /admin/restart_service" {
        upstream = operator,
        plugins  = ratelimit { by = client_ip, rate = 30 / minute, headers = false, name = "operators" },
        request  = { body = 4 * kilobytes, change = function(request)
            local asked, told = pcall(json.decode, request.body)
            local name = asked and type(told) == "table" and told.service_name
            if not restarts[name or ""] then
                local answer = json.encode { error = "Invalid service name" }
                return { status = 404, type = "application/json", body = answer }
            end
            request.headers["X-Service"], request.body = name, ""
        end },
        rewrite  = function(request) return "/services/" .. request.headers["X-Service"] .. "/restart" end,
        response = { body = 128 * kilobytes, change = function(response)
            if not response.from_upstream then return end
            local told = json.decode(response.body)
            response.body = json.encode { status = told.status or "error", output = told.output or told.error }
        end },
    }
end

route "* /**" { answer = { status = 404, body = "Not Found" }, plugins = guarded }
