-- ERROR: regions_of_a_bucket.lua:4: ratelimit: regions: expected limits by "fixed_window" or "sliding_window", or quotas, whose counts only grow, got "token_bucket"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, rate = 10 / second, regions = { "redis://10.0.0.1" } },
} }
