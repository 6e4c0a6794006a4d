-- ERROR: limits_that_are_no_tables.lua:3: ratelimit: limits: 1: expected { ... }, got 10 / second
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { limits = { 10 / second } } } }
