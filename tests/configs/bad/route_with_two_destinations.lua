-- ERROR: route_with_two_destinations.lua:4: route "GET /": expected an upstream, an answer or a redirect, got upstream and answer
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:1" } }
route "GET /" { upstream = orders, answer = "ok" }
