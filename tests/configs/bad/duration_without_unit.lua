-- ERROR: duration_without_unit.lua:3: upstream "orders": timeout: expected a duration (5 * seconds) from 1 * millisecond to 1 * day, got 5
listen "127.0.0.1:0"
upstream "orders" { targets = { "127.0.0.1:9001" }, timeout = 5 }
route "GET /" { answer = "ok\n" }
