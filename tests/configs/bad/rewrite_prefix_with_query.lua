-- ERROR: rewrite_prefix_with_query.lua:4: route "* /api/**": rewrite: prefix: expected a path without a query, got "/v2?x=1"
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "* /api/**" { upstream = u, rewrite = { strip = "/api", prefix = "/v2?x=1" } }
