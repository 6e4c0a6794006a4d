-- ERROR: authorities_without_tls.lua:4: ratelimit: redis_authorities: expected it with rediss:// only, got "redis://127.0.0.1:6379"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, rate = 1 / second, redis_authorities = "ca.pem", store = "redis://127.0.0.1" },
} }
