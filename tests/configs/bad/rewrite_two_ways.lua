-- ERROR: rewrite_two_ways.lua:4: route "* /api/**": rewrite: expected strip and prefix, or pattern and to, got both
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "* /api/**" { upstream = u, rewrite = { strip = "/api", pattern = "x", to = "y" } }
