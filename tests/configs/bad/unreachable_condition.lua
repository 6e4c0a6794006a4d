-- ERROR: unreachable_condition.lua:4: route "GET /a" can never match: line 3 takes every such request first
listen "127.0.0.1:0"
route "GET /:any" { headers = { ["X-Beta"] = true }, answer = "1" }
route "GET /a" { headers = { ["x-beta"] = "2" }, query = { page = "1" }, answer = "2" }
