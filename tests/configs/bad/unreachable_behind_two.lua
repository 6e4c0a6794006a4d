-- ERROR: unreachable_behind_two.lua:5: route "GET,POST /a" can never match: line 3 and line 4 take every such request first, between them
listen "127.0.0.1:0"
route "GET /a" { answer = "1" }
route "POST /:any" { answer = "2" }
route "GET,POST /a" { answer = "3" }
