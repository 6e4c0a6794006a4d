-- ERROR: breaker_of_wrong_type.lua:3: upstream "orders": breaker: expected { failures = 5, open = 10 * seconds }, got true
listen "127.0.0.1:0"
upstream "orders" { targets = { "127.0.0.1:9001" }, breaker = true }
route "GET /" { answer = "ok\n" }
