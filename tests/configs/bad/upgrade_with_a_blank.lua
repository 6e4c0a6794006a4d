-- ERROR: upgrade_with_a_blank.lua:4: route "GET /": upgrade: expected a protocol ("websocket"), a list of them, or false, got "web socket"
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "GET /" { upstream = u, upgrade = "web socket" }
