-- ERROR: mirror_without_upstream.lua:4: route "GET /": mirror: upstream: missing; expected an upstream or its name
listen "127.0.0.1:0"
upstream "orders" { targets = { "127.0.0.1:9001" } }
route "GET /" { upstream = "orders", mirror = { share = 0.1 } }
