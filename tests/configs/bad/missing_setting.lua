-- ERROR: missing_setting.lua:3: cache: ttl: missing; expected a duration (5 * seconds) from 1 * millisecond to 1 * day
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { } } }
