-- ERROR: rewrite_without_slash.lua:4: route "GET /x": rewrite: expected a path that starts with "/", got "v2"
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "GET /x" { upstream = u, rewrite = "v2" }
