-- ERROR: request_without_function.lua:3: request: change: expected a function of the request, got none
listen "127.0.0.1:0"
request { body = 1 * kilobyte } route "GET /" { answer = "ok" }
