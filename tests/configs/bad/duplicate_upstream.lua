-- ERROR: duplicate_upstream.lua:4: upstream "a": already declared in line 3
listen "127.0.0.1:0"
upstream "a" { targets = { "127.0.0.1:1" } }
upstream "a" { targets = { "127.0.0.1:2" } }
route "GET /" { answer = "ok\n" }
