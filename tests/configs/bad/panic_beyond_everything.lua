-- ERROR: panic_beyond_everything.lua:4: upstream "u": slow_start: expected a duration (5 * seconds) of at most 1 * day, got 30
-- ERROR: panic_beyond_everything.lua:4: upstream "u": panic: expected a number from 0 to 1, got 50
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:1" }, panic = 50, slow_start = 30 }
route "GET /" { answer = "ok" }
