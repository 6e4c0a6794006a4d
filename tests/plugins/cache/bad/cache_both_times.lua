-- ERROR: cache_both_times.lua:3: cache: default_ttl: expected either ttl, for all answers, or default_ttl, got both
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { ttl = 5 * seconds, default_ttl = 5 * seconds } } }
