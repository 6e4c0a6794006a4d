-- ERROR: response_header_bad_name.lua:3: response_headers: remove: expected a header name, got "a b"
listen "127.0.0.1:0"
response_headers { remove = { "a b" } } route "GET /" { answer = "ok" }
