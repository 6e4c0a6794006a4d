-- ERROR: rewrite_expression_to_query.lua:4: route "GET /x": rewrite: to: expected a path without a query, got "/y?z=1"
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "GET /x" { upstream = u, rewrite = { pattern = "x", to = "/y?z=1" } }
