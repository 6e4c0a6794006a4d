-- ERROR: eject_settings_that_are_wrong.lua:7: upstream "u": eject: on: expected "connect", "reset", "timeout", "garbage", "cut", a status from 400 to 599, "4xx" or "5xx", got "conect"; did you mean "connect"?
-- ERROR: eject_settings_that_are_wrong.lua:7: upstream "u": eject: on: expected "connect", "reset", "timeout", "garbage", "cut", a status from 400 to 599, "4xx" or "5xx", got 200
-- ERROR: eject_settings_that_are_wrong.lua:7: upstream "u": eject: most: expected a number from 0.01 to 1, got 1.5
-- ERROR: eject_settings_that_are_wrong.lua:8: upstream "v": eject: failures: expected more than 0 where there is no error_rate, got 0
-- ERROR: eject_settings_that_are_wrong.lua:9: upstream "w": eject: longest: expected at least as long as time, got 1 * second
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:1" }, eject = { on = { "conect", 200 }, most = 1.5 } }
upstream "v" { targets = { "127.0.0.1:1" }, eject = { failures = 0 } }
upstream "w" { targets = { "127.0.0.1:1" }, eject = { time = 1 * minute, longest = 1 * second } }
route "GET /" { answer = "ok" }
