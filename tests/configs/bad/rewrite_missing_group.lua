-- ERROR: rewrite_missing_group.lua:4: route "GET /x": rewrite: to: expected a path with groups that the expression has (\1), got "/\2"
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "GET /x" { upstream = u, rewrite = { pattern = "(x)", to = "/\\2" } }
