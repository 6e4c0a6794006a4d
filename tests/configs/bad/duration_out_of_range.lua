-- ERROR: duration_out_of_range.lua:3: upstream "orders": connect_timeout: expected a duration (5 * seconds) from 1 * millisecond to 1 * day, got 2 * days
listen "127.0.0.1:0"
upstream "orders" { targets = { "127.0.0.1:9001" }, connect_timeout = 2 * days }
route "GET /" { answer = "ok\n" }
