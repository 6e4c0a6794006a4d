-- ERROR: request_without_upstream.lua:3: route "GET /x": request: expected an upstream that the request goes to, or register, got none
listen "127.0.0.1:0"
route "GET /x" { answer = "ok", request = function() end }
