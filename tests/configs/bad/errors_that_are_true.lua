-- ERROR: errors_that_are_true.lua:3: errors: any: expected a body, { status = 400, body = "...", type = "..." } or a function, got true
listen "127.0.0.1:0"
errors { any = true } route "GET /" { answer = "ok" }
