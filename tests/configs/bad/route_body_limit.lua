-- ERROR: route_body_limit.lua:3: route "POST /": limits: body: expected a size (10 * megabytes) of at most 1024 * gigabytes, got 10
listen "127.0.0.1:0"
route "POST /" { answer = "ok", limits = { body = 10 } }
