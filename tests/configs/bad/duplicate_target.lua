-- ERROR: duplicate_target.lua:3: upstream "a": target "127.0.0.1:1": is there twice; give it a weight
listen "127.0.0.1:0"
upstream "a" { targets = { "127.0.0.1:1", "127.0.0.1:1" } }
route "GET /" { answer = "ok\n" }
