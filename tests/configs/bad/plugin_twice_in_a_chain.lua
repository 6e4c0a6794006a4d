-- ERROR: plugin_twice_in_a_chain.lua:5: route "GET /": the logging of line 3 is in the chain twice
listen "127.0.0.1:0"
local log = logging { }
always { log }
route "GET /" { answer = "ok", plugins = { log } }
