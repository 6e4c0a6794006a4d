-- ERROR: regions_from_first_use.lua:4: ratelimit: align: expected "clock" with regions, got "first_use"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, rate = 10 / hour, algorithm = "fixed_window", align = "first_use", regions = { "redis://10.0.0.1" } },
} }
