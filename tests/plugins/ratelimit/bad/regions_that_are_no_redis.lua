-- ERROR: regions_that_are_no_redis.lua:4: ratelimit: regions: expected a URL of Redis (redis://host:6379/0, rediss://..., redis+unix:///run/redis.sock), got "http://10.0.0.1"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, quota = 10 / day, regions = { "http://10.0.0.1" } },
} }
