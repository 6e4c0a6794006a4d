-- ERROR: mirror_to_unknown_upstream.lua:4: route "GET /": mirror: upstream: there is none called "shadow"
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
route "GET /" { upstream = orders, mirror = { upstream = "shadow" } }
