-- ERROR: runtime_error.lua:5: attempt to index local 't' (a nil value)
listen "127.0.0.1:0"
local t
route "GET /" { answer = "ok\n" }
route(t.x) { answer = "ok" }
