-- examples/compat/observability.lua - for who comes from the "High-Performance API Gateway & Observability Service".
--
--   tollgate serve examples/compat/observability.lua
--   for i in 1 2 3 4 5 6; do curl -i http://localhost:8000/ping; done          # the sixth is a 429
--
-- Here is also what was on its roadmap: limits over regions, a circuit breaker, a dashboard (http://127.0.0.1:9180/),
-- tokens and keys whose tier says the limit. docs/compat.md has it row by row.

local function number(name, default)
    return assert(tonumber(env(name, default)), name .. ": expected a number, got " .. env(name, default))
end
local function given(name)
    local value = env(name, "")
    return value ~= "" and value or nil
end
local function listed(name)
    local values = {}
    for value in env(name, ""):gmatch "[^, ]+" do table.insert(values, value) end
    return values
end

listen(env("LISTEN", "127.0.0.1:8000"))
admin(env("ADMIN", "127.0.0.1:9180"))

-- Client -> logging -> limit -> endpoint -------------------------------------------------------------------------------

-- X-Request-ID comes back and goes on to the service by itself; so does traceparent with this word. TRACES is a collector.
tracing { to = given "TRACES", service = "api-gateway" }

-- Both lines are written when the request is over, the first one first.
always { logging { logs = {
    { to = env("LOG", "stdout"), template = "{time} Incoming Request: {method} {path} | ID: {request_id}" },
    { to = env("LOG", "stdout"), format = "text" },
} } }

-- X-Forwarded-For is believed of these, and of nobody without them.
if #listed "TRUSTED_PROXIES" > 0 then trusted_proxies(listed "TRUSTED_PROXIES") end

-- Five in a minute for each address, over all gateways that share the Redis; in memory while it is away.
local redis      = env("REDIS_URL", "redis://" .. env("REDIS_HOST", "localhost") .. ":" .. env("REDIS_PORT", "6379"))
local redis_time = number("REDIS_TIMEOUT_MS", "20") * milliseconds

local by_address = {
    by   = client_ip,
    name = "client_ip",
    rate = number("LIMIT", "5") / (number("WINDOW", "60") * seconds),
}
local regions = listed "REGIONS"
if #regions > 0 then
    -- Regions that decide by themselves and tell each other what they have admitted: a Redis of each, and who this one is.
    by_address.algorithm, by_address.regions, by_address.region = "fixed_window", regions, given "REGION"
    by_address.region_share = number("REGION_SHARE", "1")
else
    -- ALGORITHM=token_bucket is what its README promised. Either is one step in the Redis, and its key expires.
    by_address.algorithm = env("ALGORITHM", "fixed_window")
    if by_address.algorithm:find "_window$" then by_address.align = "first_use" end
    by_address.store, by_address.redis_prefix, by_address.redis_timeout = redis, "rate_limit:", redis_time
end

errors { rate_limited = "Rate Limit Exceeded" }

route "GET /ping" {
    answer  = { body = '{"status":"alive","service":"api-gateway"}', headers = { ["Content-Type"] = "application/json" } },
    plugins = ratelimit(by_address),
}

-- The roadmap: a service behind it, by user and tier ---------------------------------------------------------------------

tier "free"    { rate = 60 / minute, burst = 10 }
tier "premium" { rate = 1200 / minute, burst = 200 }

-- A token (JWT_SECRET for HS256, or JWT_KEYS, a file of public keys, or JWT_KEYS_URL), else a key: tollgate keys create.
local members = {}
if given "JWT_SECRET" or given "JWT_KEYS" or given "JWT_KEYS_URL" then
    table.insert(members, auth {
        method     = "jwt",
        secret     = given "JWT_SECRET",
        keys       = given "JWT_KEYS",
        keys_url   = given "JWT_KEYS_URL",
        issuer     = given "JWT_ISSUER",
        audience   = given "JWT_AUDIENCE",
        tier_claim = env("JWT_TIER_CLAIM", "tier"),
        optional   = true,
    })
end
table.insert(members, auth { key = header "X-API-Key" })
table.insert(members, ratelimit {
    by = caller, name = "callers", default_rate = 60 / minute, default_burst = 10,       -- without a tier as "free"
    store = redis, redis_prefix = "rate_limit:", redis_timeout = redis_time,
})

-- Traffic shaping: what comes in bursts goes on evenly, and never more at a time than the service can do.
local evenly = ratelimit {
    by = "all", name = "shaping", rate = number("SHAPE_RATE", "100") / second, burst = number("SHAPE_BURST", "20"),
    mode = "delay", longest_delay = 2 * seconds, headers = false,
}

-- A service that fails five times in a row is left alone: 503 at once, until one request in ten seconds finds it well.
local service = upstream "service" {
    targets     = { env("SERVICE", "127.0.0.1:9001") },
    breaker     = { failures = 5, open = number("BREAKER_OPEN", "10") * seconds, half_open = 1 },
    plugins     = evenly,
    concurrency = 100,
    queue       = 100,
}

route "* /api/**" { upstream = service, plugins = members }
