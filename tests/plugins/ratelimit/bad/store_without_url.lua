-- ERROR: store_without_url.lua:4: ratelimit: store: expected redis_url, or REDIS_URL in the environment, beside "redis", got neither
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, rate = 1 / second, store = "redis" },
} }
