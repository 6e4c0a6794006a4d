-- ERROR: request_header_of_the_connection.lua:3: request_headers: set: "Transfer-Encoding" is the gateway's own to send
listen "127.0.0.1:0"
request_headers { set = { ["Transfer-Encoding"] = "chunked" } } route "GET /" { answer = "ok" }
