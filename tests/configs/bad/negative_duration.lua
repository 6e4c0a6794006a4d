-- ERROR: negative_duration.lua:3: cache: ttl: expected a duration (5 * seconds) from 1 * millisecond to 1 * day, got -1 * seconds
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { ttl = -1 * seconds } } }
