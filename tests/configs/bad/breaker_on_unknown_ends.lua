-- ERROR: breaker_on_unknown_ends.lua:5: upstream "orders": breaker: on: expected "connect", "reset", "timeout", "garbage", "cut", a status from 400 to 599, "4xx" or "5xx", got "timeouts"; did you mean "timeout"?
-- ERROR: breaker_on_unknown_ends.lua:5: upstream "orders": breaker: on: expected "connect", "reset", "timeout", "garbage", "cut", a status from 400 to 599, "4xx" or "5xx", got 200
-- ERROR: breaker_on_unknown_ends.lua:6: upstream "users": breaker: on: expected at least one, got an empty list
listen "127.0.0.1:0"
upstream "orders" { targets = { "127.0.0.1:9001" }, breaker = { on = { "timeouts", 200, 503 } } }
upstream "users" { targets = { "127.0.0.1:9002" }, breaker = { on = {} } }
route "GET /" { answer = "ok\n" }
