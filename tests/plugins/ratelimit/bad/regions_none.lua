-- ERROR: regions_none.lua:4: ratelimit: regions: expected from 1 to 8 URLs, got 0
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, quota = 10 / day, regions = {} },
} }
