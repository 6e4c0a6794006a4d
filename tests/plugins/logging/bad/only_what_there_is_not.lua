-- ERROR: only_what_there_is_not.lua:3: logging: only: expected true, false or a list of "errors", "refusals", "slow", got a list
listen "127.0.0.1:0"
always { logging { only = { "mistakes" } } }
route "GET /" { answer = "ok\n" }
