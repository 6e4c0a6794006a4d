-- ERROR: upgrade_that_is_true.lua:4: route "GET /": upgrade: expected a protocol ("websocket"), a list of them, or false, got true
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "GET /" { upstream = u, upgrade = true }
