-- ERROR: limits_in_limits.lua:3: ratelimit: limits: 1: unknown setting "mode"; there are: by, rate, burst, algorithm, align, concurrency, quota, ipv4_prefix, ipv6_prefix, cost, name
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { limits = { { mode = "shadow" } } } } }
