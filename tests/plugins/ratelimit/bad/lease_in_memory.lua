-- ERROR: lease_in_memory.lua:4: ratelimit: lease: expected it with a Redis for the store, got the store "memory"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, rate = 1 / second, lease = 10 },
} }
