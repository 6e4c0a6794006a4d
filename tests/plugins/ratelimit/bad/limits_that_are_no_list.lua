-- ERROR: limits_that_are_no_list.lua:3: ratelimit: limits: expected a list of tables ({ { ... }, { ... } }), got a table
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { limits = { rate = 10 / second } } } }
