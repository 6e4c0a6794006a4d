-- ERROR: limit_burst_of_a_window.lua:3: ratelimit: burst: expected it with the algorithm "token_bucket" only, got 20; others admit the rate's count at once
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { rate = 100 / minute, burst = 20, algorithm = "sliding_window" } } }
