-- ERROR: response_header_split.lua:3: response_headers: set: X-A: expected a text of one line, got "1\r\nX-B: 2"
listen "127.0.0.1:0"
response_headers { set = { ["X-A"] = "1\r\nX-B: 2" } } route "GET /" { answer = "ok" }
