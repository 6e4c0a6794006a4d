-- ERROR: upgrade_to_h2c.lua:4: route "GET /": upgrade: expected a protocol that holds no requests, got "h2c", whose requests would pass all routes by
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "GET /" { upstream = u, upgrade = { "websocket", "h2c" } }
