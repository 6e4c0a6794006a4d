-- ERROR: regions_of_requests_under_way.lua:4: ratelimit: limits: 1: regions: expected limits by "fixed_window" or "sliding_window", or quotas, whose counts only grow, got "concurrency"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, limits = { { concurrency = 5 } }, regions = { "redis://10.0.0.1" } },
} }
