-- ERROR: errors_type_without_body.lua:3: errors: 404: type: expected a body with it, got none
listen "127.0.0.1:0"
errors { [404] = { type = "text/html" } } route "GET /" { answer = "ok" }
