-- ERROR: limit_delay_of_a_window.lua:3: ratelimit: mode: expected "delay" with token buckets only, got limit "caller #1" of another algorithm
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { rate = 100 / minute, algorithm = "fixed_window", mode = "delay" } } }
