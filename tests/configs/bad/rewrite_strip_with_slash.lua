-- ERROR: rewrite_strip_with_slash.lua:4: route "* /api/**": rewrite: strip: expected the first segments of the route's path, got "/api/"; without a slash at the end
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "* /api/**" { upstream = u, rewrite = { strip = "/api/" } }
