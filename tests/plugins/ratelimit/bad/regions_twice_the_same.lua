-- ERROR: regions_twice_the_same.lua:4: ratelimit: regions: expected each Redis once, got "redis://10.0.0.1:6379" again
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, quota = 10 / day, regions = { "redis://10.0.0.1", "redis://10.0.0.1:6379" } },
} }
