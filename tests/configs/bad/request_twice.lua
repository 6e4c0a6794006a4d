-- ERROR: request_twice.lua:4: request: already declared in line 3
listen "127.0.0.1:0"
request(function() end)
request(function() end) route "GET /" { answer = "ok" }
