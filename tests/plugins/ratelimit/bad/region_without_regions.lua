-- ERROR: region_without_regions.lua:4: ratelimit: region: expected regions beside it, got it alone
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, quota = 10 / day, region = "eu-1" },
} }
