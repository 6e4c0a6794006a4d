-- ERROR: mirror_with_wrong_settings.lua:9: route "GET /": mirror: unknown setting "weight"; there are: upstream, share, body, most, memory, timeout
-- ERROR: mirror_with_wrong_settings.lua:9: route "GET /": mirror: share: expected a number from 0 to 1, got 10
-- ERROR: mirror_with_wrong_settings.lua:9: route "GET /": mirror: body: expected a size (10 * megabytes) of at most 16 * megabytes, got 64
-- ERROR: mirror_with_wrong_settings.lua:9: route "GET /": mirror: most: expected an integer from 1 to 100000, got 0
-- ERROR: mirror_with_wrong_settings.lua:9: route "GET /": mirror: timeout: expected a duration (5 * seconds) from 1 * millisecond to 1 * day, got 5
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
local shadow = upstream "shadow" { targets = { "127.0.0.1:9002" } }
route "GET /" { upstream = orders, mirror = { upstream = shadow, weight = 1, share = 10, body = 64, most = 0, timeout = 5 } }
