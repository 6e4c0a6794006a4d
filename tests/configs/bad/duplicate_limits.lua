-- ERROR: duplicate_limits.lua:4: limits: already declared in line 3
listen "127.0.0.1:0"
limits { }
limits { }
route "GET /" { answer = "ok\n" }
