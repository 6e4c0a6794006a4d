-- ERROR: response_body_too_large.lua:3: route "GET /": response: body: expected a size (10 * megabytes) from 1 * byte to 1 * megabyte, got 2 * megabytes
listen "127.0.0.1:0"
route "GET /" { answer = "ok", response = { body = 2 * megabytes, change = function() end } }
