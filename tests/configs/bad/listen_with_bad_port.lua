-- ERROR: listen_with_bad_port.lua:2: listen: expected a port of 0 to 65535, got "99999"
listen "127.0.0.1:99999"
route "GET /" { answer = "ok\n" }
