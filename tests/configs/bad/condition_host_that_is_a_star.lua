-- ERROR: condition_host_that_is_a_star.lua:3: route "GET /": host: expected a host like "api.example.com" or "*.example.com", got "*"; a route without a host takes every one
listen "127.0.0.1:0"
route "GET /" { host = "*", answer = "ok" }
