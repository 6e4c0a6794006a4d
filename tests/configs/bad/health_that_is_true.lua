-- ERROR: health_that_is_true.lua:3: upstream "u": health: expected a path ("/health") or { path = "/health" }, got true
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:1" }, health = true }
route "GET /" { answer = "ok" }
