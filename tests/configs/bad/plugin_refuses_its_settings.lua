-- ERROR: plugin_refuses_its_settings.lua:3: auth: file: cannot be read: No such file or directory
listen "127.0.0.1:0"
always { auth { key = header "X-API-Key", file = "no-such-keys" } }
route "GET /" { answer = "ok\n" }
