-- ERROR: limits_with_a_wrong_rate.lua:3: ratelimit: limits: 1: rate: expected a rate (60 / minute) from 3e-08 / second to 1000000 / second, got 10
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { limits = { { rate = 10 } } } } }
