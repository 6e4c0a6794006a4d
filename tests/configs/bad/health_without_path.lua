-- ERROR: health_without_path.lua:3: upstream "u": health: path: missing; expected a text
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:1" }, health = { every = 1 * second } }
route "GET /" { answer = "ok" }
