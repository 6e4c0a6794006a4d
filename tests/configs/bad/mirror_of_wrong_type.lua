-- ERROR: mirror_of_wrong_type.lua:5: route "GET /": mirror: expected { upstream = ... }, got the upstream "shadow"
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
local shadow = upstream "shadow" { targets = { "127.0.0.1:9002" } }
route "GET /" { upstream = orders, mirror = shadow }
