-- ERROR: store_unknown.lua:4: ratelimit: store: expected a URL of Redis (redis://host:6379/0, rediss://..., redis+unix:///run/redis.sock), got "memroy"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, rate = 1 / second, store = "memroy" },
} }
