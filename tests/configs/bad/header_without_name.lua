-- ERROR: header_without_name.lua:3: auth: key: expected a value (header "X", caller, client_ip, a text, a function, ...), got the word "header" by itself
listen "127.0.0.1:0"
always { auth { key = header } }
route "GET /" { answer = "ok\n" }
