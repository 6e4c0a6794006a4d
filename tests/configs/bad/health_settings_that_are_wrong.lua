-- ERROR: health_settings_that_are_wrong.lua:8: upstream "u": health: unknown setting "evry"; did you mean "every"?
-- ERROR: health_settings_that_are_wrong.lua:8: upstream "u": health: method: expected one of "GET", "HEAD", "OPTIONS", got "POST"
-- ERROR: health_settings_that_are_wrong.lua:8: upstream "u": health: rise: expected an integer from 1 to 1000, got 0
-- ERROR: health_settings_that_are_wrong.lua:9: upstream "v": health: status: expected a status from 200 to 599, or "2xx", got "6xx"
-- ERROR: health_settings_that_are_wrong.lua:9: upstream "v": health: host: expected a name ("orders.internal"), got "a b"
-- ERROR: health_settings_that_are_wrong.lua:9: upstream "v": health: path: expected a path ("/health"), got "/a b"
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:1" }, health = { path = "/", method = "POST", rise = 0, evry = 1 * second } }
upstream "v" { targets = { "127.0.0.1:1" }, health = { path = "/a b", host = "a b", status = { 200, "6xx" } } }
route "GET /" { answer = "ok" }
