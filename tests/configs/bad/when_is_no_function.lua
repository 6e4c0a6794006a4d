-- ERROR: when_is_no_function.lua:3: route "GET /": when: expected a function of the request, got true
listen "127.0.0.1:0"
route "GET /" { answer = "ok", when = true }
