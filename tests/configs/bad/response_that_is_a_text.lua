-- ERROR: response_that_is_a_text.lua:3: route "GET /": response: expected a function or { body = 64 * kilobytes, change = function }, got "x"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", response = "x" }
