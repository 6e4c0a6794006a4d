-- ERROR: slow_without_time.lua:3: logging: slow: missing; expected a duration (500 * milliseconds), since only has "slow"
listen "127.0.0.1:0"
always { logging { only = { "errors", "slow" } } }
route "GET /" { answer = "ok\n" }
