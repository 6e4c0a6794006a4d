-- ERROR: request_host_removed.lua:3: request_headers: remove: "Host" can only be set
listen "127.0.0.1:0"
request_headers { remove = { "Host" } } route "GET /" { answer = "ok" }
