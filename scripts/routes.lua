-- scripts/routes.lua - what the demo serves, and the specimen of how a configuration looks.
-- The first route that matches wins.            Check it without serving:  tollgate check scripts/routes.lua

listen "127.0.0.1:8080"
admin  "127.0.0.1:9180"

-- Who may ask how much: the keys in demo-keys name one of these ----------------------------------------------------

tier "free"    { rate = 60 / minute, burst = 5 }
tier "premium" { rate = 1200 / minute, burst = 200 }

-- Where requests may go ---------------------------------------------------------------------------------------------

local orders = upstream "orders" {
    targets = { "127.0.0.1:9001", "127.0.0.1:9002" },
    balance = balancer { policy = "round_robin" },
    timeout = 5 * seconds,
}

-- What they meet on the way, outermost first ------------------------------------------------------------------------

always { logging { format = "json", to = env("TOLLGATE_LOG", "stdout") } }

local members = { auth { key = header "X-API-Key", file = "demo-keys" }, ratelimit { by = caller } }
local guests  = { ratelimit { by = client_ip, rate = 30 / minute, burst = 10 } }

-- Who goes where ----------------------------------------------------------------------------------------------------

route "GET /orders/:id" { upstream = orders, plugins = members }
route "* /orders/**"    { upstream = orders, plugins = members, limits = { body = 1 * megabyte } }

route "GET /search"     { upstream = orders, plugins = guests,
                          when = function(request) return #request.query.q >= 3 end }
route "GET /search"     { answer = { status = 400, body = "q needs three letters\n" }, plugins = guests }

route "GET /healthz"    { answer = "ok\n" }
