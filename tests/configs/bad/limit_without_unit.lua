-- ERROR: limit_without_unit.lua:3: limits: body: expected a size (10 * megabytes) of at most 1024 * gigabytes, got 1024
listen "127.0.0.1:0"
limits { body = 1024 }
route "GET /" { answer = "ok\n" }
