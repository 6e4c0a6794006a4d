-- ERROR: request_body_too_large.lua:3: route "GET /": request: body: expected a size (10 * megabytes) from 1 * byte to 1 * megabyte, got 2 * megabytes
listen "127.0.0.1:0"
local u = upstream "u" { targets = { "127.0.0.1:1" } } route "GET /" { upstream = u, request = { body = 2 * megabytes, change = function() end } }
