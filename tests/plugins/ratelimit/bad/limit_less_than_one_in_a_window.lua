-- ERROR: limit_less_than_one_in_a_window.lua:3: ratelimit: rate: expected from 1 to 4000000000 requests in a window, got 0.5
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { rate = 0.5 / second, algorithm = "fixed_window" } } }
