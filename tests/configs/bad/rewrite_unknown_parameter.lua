-- ERROR: rewrite_unknown_parameter.lua:4: route "GET /orders/:id": rewrite: the route has no ":ids"; did you mean "id"?
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "GET /orders/:id" { upstream = u, rewrite = "/v2/:ids" }
