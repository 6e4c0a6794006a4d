-- ERROR: errors_with_forbidden_body.lua:3: errors: no_route: expected no body with status 204
listen "127.0.0.1:0"
errors { no_route = { status = 204, body = "x" } } route "GET /" { answer = "ok" }
