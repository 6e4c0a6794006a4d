-- rexus.lua - Tollgate as Rexus: keys of one's own, a proxy to named APIs, a limit by key, a cache, analytics.
--
--   ADMIN_TOKEN=$(openssl rand -hex 16) tollgate serve examples/compat/rexus.lua
--
-- Rexus' names of the environment hold: DATABASE_URL or POSTGRES_USER, POSTGRES_PASSWORD, DB_HOST and POSTGRES_DB; REDIS_URL,
-- MAX_REQUEST_SIZE, MAX_REQUESTS_PER_MINUTE, WINDOW_SECONDS, CACHE_EXPIRY_SECONDS. None is needed: keys and requests are kept in
-- SQLite then, limits and cache in memory. What is better than there, or deviates: docs/compat.md.

local function number(name, default) return assert(tonumber(env(name, default)), name .. ": expected a number") end

listen(env("LISTEN", "127.0.0.1:8000"))

-- X-Forwarded-For is believed of these, and of nobody without them.
local proxies = {}
for network in env("TRUSTED_PROXIES", ""):gmatch "[^, ]+" do table.insert(proxies, network) end
if #proxies > 0 then trusted_proxies(proxies) end

-- Keys, analytics and logs are the operator's, and the dashboard is at http://ADMIN/. Without a token they stay there.
local token, address = env("ADMIN_TOKEN", ""), env("ADMIN", "127.0.0.1:9180")
admin { listen = address, token = token ~= "" and token or nil }

local user, state = env("POSTGRES_USER", ""), env("STATE", ".")
local url = user ~= "" and "postgresql://" .. user .. ":" .. env "POSTGRES_PASSWORD" .. "@" .. env("DB_HOST", "db") .. "/" .. env("POSTGRES_DB", user)
                       or "sqlite:" .. state .. "/rexus.db"
local said = env("DATABASE_URL", "")
database(((said ~= "" and said or url):gsub("^postgresql%+%w+:", "postgresql:")))   -- a driver's name means nothing here

local redis = env("REDIS_URL", "")
local store = redis ~= "" and redis or "memory"
local patience = tonumber(env("REDIS_TIMEOUT", 0.02)) * seconds   -- for a decision of it
local limit = tonumber(env("MAX_REQUESTS_PER_MINUTE", 100)) / (tonumber(env("WINDOW_SECONDS", 60)) * seconds)
limits { body = tonumber(env("MAX_REQUEST_SIZE", 10 * 1024 * 1024)) * bytes }

cors { origins = env("CORS_ORIGIN", "http://localhost:5173"), credentials = true }

-- Every request, whatever became of it: a line, and a row of the table request_log.
always { logging { logs = { { to = "stdout" }, { database = true, spool = state .. "/rexus.spool" } } } }

-- FastAPI's form of an error.
local function detail(text, status)
    return { status = status, body = json.encode { detail = text }, type = "application/json" }
end
local unavailable = detail("The upstream API is unavailable.", 502)
errors {
    key_missing   = detail "Missing or invalid authorization header",
    key_malformed = detail "Invalid API key format",
    key_expired   = detail "API key has expired",
    [401]         = detail "Invalid API key",
    [413]         = detail "Payload Too Large",
    rate_limited  = detail "Too many requests",
    [502] = unavailable, [503] = unavailable, [504] = unavailable,
    any           = function(failure) return detail(failure.message) end,
}

-- Keys: POST /auth/keys {"user_id": "u"} ----------------------------------------------------------------------------

-- As FastAPI says that a field is missing.
local missing = detail(json.array { { type = "missing", loc = { "body", "user_id" }, msg = "Field required" } }, 422)

-- Who makes keys without end has no limit by key: an address makes so many in an hour.
route "POST /auth/keys" {
    plugins  = ratelimit {
        by = client_ip, rate = number("REGISTER_RATE", 30) / hour, headers = false, name = "register",
    },
    register = { form = "akp_{id}.{secret}", rate = limit, expires = 30 * days },
    request  = { body = 4 * kilobytes, change = function(request)
        local fine, said = pcall(json.decode, request.body)
        if not fine or type(said) ~= "table" or type(said.user_id) ~= "string" then return missing end
        request.body = json.encode { owner = said.user_id }
    end },
    response = { body = 4 * kilobytes, change = function(response)
        if response.status == 201 then response.body = json.encode { api_key = json.decode(response.body).secret } end
    end },
    errors   = { owner_taken = detail("There is a key of this user already; another one is the operator's to make.", 409) },
}

-- The proxy ---------------------------------------------------------------------------------------------------------

-- Two parts with a dot between, as keys are written here: anything else needs no look at the database.
local function is_no_key(request)
    local key = request.headers.Authorization:match "^[Bb]earer +(.*)$"
    return key and not key:find "^[^.]+%.[^.]+$"
end
route "* /proxy/**" { when = is_no_key, answer = { status = 401, body = json.encode { detail = "Invalid API key format" },
    headers = { ["Content-Type"] = "application/json", ["WWW-Authenticate"] = 'Bearer realm="tollgate", error="invalid_token"' } } }

-- Rexus gives everybody the same copies; CACHE_BY=caller keeps them apart.
local members = {
    auth { scheme = "bearer" },
    ratelimit { algorithm = "sliding_log", default_rate = limit, headers = "classic", store = store, redis_timeout = patience },
    cache { ttl = tonumber(env("CACHE_EXPIRY_SECONDS", 300)) * seconds, query = "sorted", statuses = "200", store = store, redis_timeout = patience,
            by = env("CACHE_BY", "everyone") == "caller" and caller or "everyone" },
}

local API_TARGETS = {
    github      = env("GITHUB", "https://api.github.com"),
    mock_github = env("MOCK", "127.0.0.1:8001"),
}
local authorities = env("CA_FILE", "")   -- besides none: the system's
for name, target in pairs(API_TARGETS) do
    local tls = authorities ~= "" and target:find "^https:" and { authorities = authorities } or nil
    upstream(name) { targets = target, tls = tls, preserve_host = false, timeout = tonumber(env("UPSTREAM_TIMEOUT", 10)) * seconds }
    route("* /proxy/" .. name .. "/**") { upstream = name, rewrite = { strip = "/proxy/" .. name }, plugins = members }
end
route "* /proxy/**" { plugins = members, answer = { status = 400, body = json.encode { detail = "Invalid API name provided." },
                                                    headers = { ["Content-Type"] = "application/json" } } }

-- The operator's, by Authorization: Bearer ADMIN_TOKEN --------------------------------------------------------------

if token ~= "" then
    local operator = upstream "operator" {
        targets = address:gsub("^0%.0%.0%.0:", "127.0.0.1:"), preserve_host = false,
    }
    local guessed  = ratelimit {
        by = client_ip, rate = number("OPERATOR_RATE", 120) / minute, headers = false, name = "operators",
    }
    -- The dashboard of Rexus is another page: its token is what counts, which no browser sends by itself.
    local own      = { remove = { "Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest" } }

    route "GET /analytics/" { upstream = operator, plugins = guessed, rewrite = "/analytics", request_headers = own }
    route "GET /ws/logs"    { upstream = operator, plugins = guessed, rewrite = "/ws/live?only=requests",
                              request_headers = own }

    -- {"is_active": false, "requests_per_minute_limit": 5, "expires_at": "2027-01-01T00:00:00Z"}; Rexus leaves it to SQL.
    -- A limit of null: none of its own.
    route "PATCH /auth/keys/:id" { upstream = operator, plugins = guessed, rewrite = "/keys/:id", request_headers = own,
                                   request = { body = 4 * kilobytes, change = function(request)
        local fine, said = pcall(json.decode, request.body)
        if not fine or type(said) ~= "table" then return detail("Expected a JSON object", 422) end
        local per_minute = said.requests_per_minute_limit
        local counted = type(per_minute) == "number"
        if not counted and per_minute ~= nil and per_minute ~= json.null then
            return detail("requests_per_minute_limit: expected a number or null", 422)
        end
        request.body = json.encode { active = said.is_active, expires_at = said.expires_at,
                                     rate = counted and per_minute .. "/60s" or per_minute }
    end } }

    route "GET /openapi.json" { upstream = operator, rewrite = "/openapi.json" }
    route "GET /docs/**"      { upstream = operator, rewrite = "/docs/**" }
    route "GET /redoc"        { redirect = "/docs" }
end
