-- ERROR: unreachable_host.lua:4: route "GET /a" can never match: line 3 takes every such request first
listen "127.0.0.1:0"
route "* /**" { host = "*.example.com", answer = "1" }
route "GET /a" { host = { "a.example.com", "b.example.com" }, answer = "2" }
