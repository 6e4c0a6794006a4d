-- ERROR: health_path_without_slash.lua:3: upstream "u": health: path: expected a path ("/health"), got "health"
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:1" }, health = "health" }
route "GET /" { answer = "ok" }
