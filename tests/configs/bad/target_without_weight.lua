-- ERROR: target_without_weight.lua:3: upstream "orders": target "127.0.0.1:9001": weight: expected an integer from 1 to 65535, got 0
listen "127.0.0.1:0"
upstream "orders" { targets = { { "127.0.0.1:9001", weight = 0 } } }
route "GET /" { answer = "ok\n" }
