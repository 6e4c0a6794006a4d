-- ERROR: limits_of_too_many.lua:3: ratelimit: limits: expected at most 8 limits in one use, got 9
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { limits = { { rate = 10 / hour }, { rate = 11 / hour }, { rate = 12 / hour }, { rate = 13 / hour }, { rate = 14 / hour }, { rate = 15 / hour }, { rate = 16 / hour }, { rate = 17 / hour }, { rate = 18 / hour } } } } }
