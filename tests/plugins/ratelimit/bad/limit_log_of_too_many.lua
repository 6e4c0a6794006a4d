-- ERROR: limit_log_of_too_many.lua:3: ratelimit: rate: expected from 1 to 1000000 requests in a window, got 2e+06
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { rate = 2000000 / hour, algorithm = "sliding_log" } } }
