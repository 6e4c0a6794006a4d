-- ERROR: limits_of_several_kinds.lua:3: ratelimit: limits: 2: unknown setting "rte"; did you mean "rate"?
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { limits = { { rate = 10 / second }, { rte = 1000 / hour } } } } }
