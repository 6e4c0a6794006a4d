-- ERROR: request_that_is_a_text.lua:3: route "GET /": request: expected a function or { body = 64 * kilobytes, change = function }, got "x"
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } } route "GET /" { upstream = u, request = "x" }
