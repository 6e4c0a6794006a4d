-- ERROR: duplicate_conditions.lua:4: route "GET /a" is declared twice: line 3 has it already
listen "127.0.0.1:0"
route "GET /a" { cookies = { group = "b" }, answer = "1" }
route "GET /a" { cookies = { group = { "b" } }, answer = "2" }
