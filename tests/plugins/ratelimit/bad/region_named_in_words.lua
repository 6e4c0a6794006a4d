-- ERROR: region_named_in_words.lua:4: ratelimit: region: expected up to 64 letters, digits, "-", "_" and "." (eu-1), got "the first"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, quota = 10 / day, region = "the first", regions = { "redis://10.0.0.1" } },
} }
