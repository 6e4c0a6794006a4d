-- ERROR: limit_align_of_a_bucket.lua:3: ratelimit: align: expected it with "fixed_window" or "sliding_window" only, got "first_use"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { rate = 100 / minute, align = "first_use" } } }
