-- ERROR: breaker_that_never_opens.lua:3: upstream "orders": breaker: failures: expected more than 0 where there is no error_rate, got 0
listen "127.0.0.1:0"
upstream "orders" { targets = { "127.0.0.1:9001" }, breaker = { failures = 0 } }
route "GET /" { answer = "ok\n" }
