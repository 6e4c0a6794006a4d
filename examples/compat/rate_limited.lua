-- examples/compat/rate_limited.lua - for who comes from the "Rate Limited API Gateway": same paths, keys, headers, bodies.
--
--   tollgate serve examples/compat/rate_limited.lua
--   curl -i http://localhost:8000/api/v1/test -H "X-API-Key: premium_user"
--
-- What is better here than there: requests do go to a service, keys are known ones, four tiers, headers on every answer,
-- a Retry-After that is true, and neither a Redis that is away nor a restart stops anybody. docs/compat.md has it row by row.

local function number(name, default)
    return assert(tonumber(env(name, default)), name .. ": expected a number, got " .. env(name, default))
end

local redis      = env("REDIS_URL", "redis://localhost:6379/0")
local redis_time = number("REDIS_TIMEOUT_MS", "20") * milliseconds
local title      = env("APP_NAME", "Rate Limited API Gateway")

listen(env("LISTEN", "127.0.0.1:8000"))

-- X-Forwarded-For is believed of these, and of nobody without them.
local proxies = {}
for network in env("TRUSTED_PROXIES", ""):gmatch "[^, ]+" do table.insert(proxies, network) end
if #proxies > 0 then trusted_proxies(proxies) end

admin(env("ADMIN", "127.0.0.1:9180"))

-- One line of JSON for each request, by the names that it had there, and what is new behind them -----------------------

always { logging { format = "json", to = env("LOG", "stdout"), template = '{{"timestamp":"{time}","level":"INFO",' ..
    '"message":"{method} {path}","module":"{upstream}","function":"{route}","method":"{method}","path":"{path}",' ..
    '"status_code":{status},"duration_ms":{duration_ms},"client_ip":"{client_ip}","user_agent":"{user_agent}",' ..
    '"exception":"{detail}","reason":"{reason}","request_id":"{request_id}","caller":"{caller}","tier":"{tier}","cache":"{cache}"}' } }

-- Who asks: the keys of rate_limited.keys, or with DATABASE_URL those of a database (tollgate keys create, import). KEYS
-- names a file that holds whatever DATABASE_URL says.

tier "free"       { rate = 5 / minute, burst = 5 }
tier "basic"      { rate = 30 / minute, burst = 5 }
tier "premium"    { rate = 60 / minute, burst = 10 }
tier "enterprise" { rate = 6000 / minute, burst = 1000 }

local file = env("KEYS", "")
if file == "" and env("DATABASE_URL", "") == "" then file = "rate_limited.keys" end
local keys = auth { key = header "X-API-Key", file = file ~= "" and file or nil }

-- How much: a token bucket for each key, as its tier says, or the key itself. Without Redis it is counted in memory.
local limit = ratelimit {
    by            = caller,
    name          = "keys",
    default_rate  = number("DEFAULT_RATE_LIMIT_RPM", "60") / minute,
    default_burst = number("DEFAULT_BURST_SIZE", "60"),
    store         = redis,
    redis_prefix  = "rate_limit:",
    redis_timeout = redis_time,
    on_error      = env("ON_ERROR", "local"),                     -- "closed" refuses, as the original did; "open" lets pass
}

-- Copies of answers, each caller's his own; the query counts.
local copies = cache {
    by            = caller,
    name          = "answers",
    ttl           = number("CACHE_TTL_SECONDS", "60") * seconds,
    store         = redis,
    redis_timeout = redis_time,
}

-- Hits spend a token as well. { keys, copies, limit } gives them for free.
local chain = { keys, limit, copies }

-- Every failure in FastAPI's form --------------------------------------------------------------------------------------

local function detail(text) return { body = '{"detail":"' .. text .. '"}', type = "application/json" } end

errors {
    key_missing  = detail "Missing X-API-Key header",
    key_unknown  = detail "Invalid API key",
    rate_limited = detail "Too Many Requests",
    any          = detail "${message}",
}

-- What it answers by itself ----------------------------------------------------------------------------------------------

local function says(text, type) return { body = text, headers = { ["Content-Type"] = type or "application/json" } } end

route "GET /"       { answer = says '{"message":"Welcome to the Rate Limited API Gateway"}' }
route "GET /health" { answer = says '{"status":"ok","service":"api-gateway"}' }

-- Whether it can do its work, as operators are told it: a database of keys that is away makes it a 503.
local operators = upstream "operators" { targets = { env("ADMIN", "127.0.0.1:9180") }, preserve_host = false }
route "GET /ready" { upstream = operators }

local security = { json.decode '{"key":[]}' }
local function described(summary, more)
    local operation = { summary = summary, responses = { ["200"] = { description = "as the service answers" } } }
    for name, value in pairs(more or {}) do operation[name] = value end
    return operation
end
local any_path = { parameters = { { name = "path", ["in"] = "path", required = true, schema = { type = "string" } } } }
for _, method in ipairs { "get", "post", "put", "delete", "patch" } do
    any_path[method] = described("Forwarded to the service, within the limit of the key", { security = security })
end
local openapi = json.encode {
    openapi    = "3.1.0",
    info       = { title = title, version = "1" },
    paths      = { ["/"] = { get = described "A welcome" }, ["/health"] = { get = described "Whether it works" },
                   ["/ready"] = { get = described "Whether requests should be sent here" }, ["/{path}"] = any_path },
    components = { securitySchemes = { key = { type = "apiKey", ["in"] = "header", name = "X-API-Key" } } },
}
local page = "<!doctype html><title>" .. title:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }) .. "</title><h1>" ..
    "GET /</h1><p>a welcome<h1>GET /health</h1><p>whether it works<h1>GET /ready</h1><p>whether requests should be sent here" ..
    '<h1>GET, POST, PUT, DELETE, PATCH /{path}</h1><p>the service, with a key in X-API-Key<p><a href="/openapi.json">openapi.json</a>'

route "GET /openapi.json" { answer = says(openapi) }
route "GET /docs"         { answer = says(page, "text/html; charset=utf-8") }

-- And everything else, which goes to the service -------------------------------------------------------------------------

-- ENVELOPE=1 keeps the form of old: {"data":...,"source":"cache","rate_limit_remaining":4} around what the service says.
local function enveloped(response)
    if not response.body then return end
    local is_json, data = pcall(json.decode, response.body)
    response.headers["Content-Type"] = "application/json"
    response.body = json.encode {
        data   = is_json and data or response.body,
        source = response.headers["X-Cache"] == "HIT" and "cache" or "upstream",
        rate_limit_remaining = tonumber(response.headers["X-RateLimit-Remaining"]),
    }
end

local service = upstream "service" { targets = { env("SERVICE", "127.0.0.1:9001") } }

route "* /**" {
    upstream         = service,
    plugins          = chain,
    response_headers = { set = { ["X-Tier"] = function(request) return request.tier end } },
    response         = env("ENVELOPE", "") == "1" and { body = 1 * megabyte, change = enveloped } or nil,
}
