-- ERROR: response_header_that_is_no_value.lua:3: response_headers: add: X-A: expected a value (header "X", caller, a text, a function, ...) or a list of them, got true
listen "127.0.0.1:0"
response_headers { add = { ["X-A"] = true } } route "GET /" { answer = "ok" }
