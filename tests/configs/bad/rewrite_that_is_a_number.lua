-- ERROR: rewrite_that_is_a_number.lua:4: route "GET /x": rewrite: expected a path ("/v2/:id"), { strip = "/api", prefix = "/v2" }, { pattern = "...", to = "..." } or a function, got 5
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "GET /x" { upstream = u, rewrite = 5 }
