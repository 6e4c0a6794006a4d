-- ERROR: lease_of_several_limits.lua:4: ratelimit: lease: expected it in a use of one rate or one quota, got 2 limits
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, rate = 1 / second, quota = 100 / day, lease = 10, store = "redis://127.0.0.1" },
} }
