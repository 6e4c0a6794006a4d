-- ERROR: response_without_function.lua:3: route "GET /": response: change: expected a function of the response, got none
listen "127.0.0.1:0"
route "GET /" { answer = "ok", response = { body = 1 * kilobyte } }
