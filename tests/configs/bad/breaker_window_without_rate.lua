-- ERROR: breaker_window_without_rate.lua:4: upstream "orders": breaker: minimum: expected error_rate beside it, got none
-- ERROR: breaker_window_without_rate.lua:4: upstream "orders": breaker: window: expected error_rate beside it, got none
listen "127.0.0.1:0"
upstream "orders" { targets = { "127.0.0.1:9001" }, breaker = { failures = 3, minimum = 50, window = 5 * seconds } }
route "GET /" { answer = "ok\n" }
