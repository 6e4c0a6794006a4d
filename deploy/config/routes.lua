-- deploy/config/routes.lua - what compose.yaml serves: keys in PostgreSQL, limits in Redis, three upstreams.
--
-- After an edit:  docker compose -f deploy/compose.yaml exec gateway tollgate reload

listen(env("LISTEN", "0.0.0.0:8080"))
admin { listen = "0.0.0.0:9180", token = env "TOLLGATE_ADMIN_TOKEN", hosts = { "gateway" } }   -- as Prometheus calls it

-- DATABASE_URL names the database. `tollgate keys create` makes a key of one of these tiers ---------------------------

tier "free"    { rate = 60 / minute, burst = 10, quota = 10000 / month }
tier "premium" { rate = 1200 / minute, burst = 200 }

-- Where requests go: names of services, looked up again and again -----------------------------------------------------

local orders = upstream "orders" {
    targets = { "upstream-one:9001", "upstream-two:9001", "upstream-three:9001" },
    balance = balancer { policy = "round_robin" },
    health  = { path = "/health", every = 2 * seconds, rise = 1, fall = 2 },
    retry   = { attempts = 3 },
    timeout = 5 * seconds,
}

-- What is written down, on stdout and in the database -----------------------------------------------------------------

always { logging { logs = {
    { to = "stdout", format = env("LOG_FORMAT", "json") },
    { database = true, spool = "/var/lib/tollgate/request_log.spool" },
} } }

-- Who goes where; Redis counts for all gateways that use it, and without it each counts for itself --------------------

local members = { auth { key = header "X-API-Key" }, ratelimit { by = caller, store = "redis" } }
local guests  = { ratelimit { by = client_ip, rate = 60 / minute, burst = 20, store = "redis" } }

route "* /orders/**"  { upstream = orders, plugins = members }
route "GET /status"   { upstream = orders, plugins = guests }
route "GET /healthz"  { answer = "ok\n" }
