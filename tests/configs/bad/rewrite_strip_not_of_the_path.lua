-- ERROR: rewrite_strip_not_of_the_path.lua:4: route "* /api/**": rewrite: strip: expected the first segments of the route's path, got "/apj"
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "* /api/**" { upstream = u, rewrite = { strip = "/apj" } }
