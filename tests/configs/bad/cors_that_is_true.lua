-- ERROR: cors_that_is_true.lua:3: route "GET /": cors: expected { origins = { ... } } or, in a route, false, got true
listen "127.0.0.1:0"
route "GET /" { answer = "ok", cors = true }
