-- ERROR: limit_burst_without_rate.lua:3: ratelimit: burst: expected a rate with it, got 20 alone
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { quota = 100 / day, burst = 20 } } }
