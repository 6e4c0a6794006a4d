-- ERROR: always_without_table.lua:3: always: expected a plugin, got 5
listen "127.0.0.1:0"
always(5)
route "GET /" { answer = "ok\n" }
