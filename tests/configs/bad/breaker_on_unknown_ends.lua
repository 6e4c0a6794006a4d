-- ERROR: breaker_on_unknown_ends.lua:4: upstream "orders": breaker: on: expected "connect", "reset", "timeout", "garbage", "cut", a status from 400 to 599, "4xx" or "5xx", got "timeouts"; did you mean "timeout"?
-- ERROR: breaker_on_unknown_ends.lua:4: upstream "orders": breaker: on: expected "connect", "reset", "timeout", "garbage", "cut", a status from 400 to 599, "4xx" or "5xx", got 200
listen "127.0.0.1:0"
upstream "orders" { targets = { "127.0.0.1:9001" }, breaker = { on = { "timeouts", 200, 503 } } }
route "GET /" { answer = "ok\n" }
