-- ERROR: mirror_memory_below_body.lua:5: route "GET /": mirror: memory: expected at least as much as body, got 128 * kilobytes
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
local shadow = upstream "shadow" { targets = { "127.0.0.1:9002" } }
route "GET /" { upstream = orders, mirror = { upstream = shadow, body = 256 * kilobytes, memory = 128 * kilobytes } }
