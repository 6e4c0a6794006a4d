-- ERROR: unreachable_route.lua:4: route "GET /orders/:id" can never match: line 3 takes every such request first
listen "127.0.0.1:0"
route "* /orders/**" { answer = "all" }
route "GET /orders/:id" { answer = "one" }
