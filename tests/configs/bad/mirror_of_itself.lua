-- ERROR: mirror_of_itself.lua:6: route "* /a": mirror: upstream: expected another than the requests themselves go to, got "orders"
-- ERROR: mirror_of_itself.lua:7: route "* /b": mirror: upstream: expected another than the requests themselves go to, got "canary"
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
local canary = upstream "canary" { targets = { "127.0.0.1:9002" } }
route "* /a" { upstream = orders, mirror = { upstream = "orders" } }
route "* /b" { upstream = split { orders, canary }, mirror = { upstream = canary } }
