-- ERROR: hole_in_a_list.lua:4: always: expected a plugin, got nothing
listen "127.0.0.1:0"
local third
always { logging { }, third, auth { key = header "X" } }
route "GET /" { answer = "ok\n" }
