-- ERROR: regions_beside_a_store.lua:4: ratelimit: regions: expected the store "memory" beside it, got a Redis for the store
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, quota = 10 / day, regions = { "redis://10.0.0.1" }, store = "redis://10.0.0.2" },
} }
