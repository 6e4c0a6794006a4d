-- ERROR: missing_setting.lua:3: auth: key: missing; expected a value (header "X", caller, client_ip, a text, a function, ...)
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { auth { } } }
