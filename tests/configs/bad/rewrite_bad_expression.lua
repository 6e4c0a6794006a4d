-- ERROR: rewrite_bad_expression.lua:4: route "GET /x": rewrite: pattern: expected a regular expression of RE2, got "(": missing ): (
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } }
route "GET /x" { upstream = u, rewrite = { pattern = "(", to = "/" } }
