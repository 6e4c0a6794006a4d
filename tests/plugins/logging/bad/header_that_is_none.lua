-- ERROR: header_that_is_none.lua:3: logging: request_headers: expected the name of a header, got "Refer er"
listen "127.0.0.1:0"
always { logging { request_headers = { "Refer er" } } }
route "GET /" { answer = "ok\n" }
