-- ERROR: errors_twice.lua:4: errors: already declared in line 3
listen "127.0.0.1:0"
errors { any = "x" }
errors { any = "y" } route "GET /" { answer = "ok" }
