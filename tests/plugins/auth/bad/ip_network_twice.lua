-- ERROR: ip_network_twice.lua:3: auth: deny_from: expected each network once, got "10.0.0.0/8" again
listen "127.0.0.1:0"
always { auth { method = "ip", allow_from = { "10.0.0.0/8" }, deny_from = { "10.0.0.0/8" } } }
route "GET /" { answer = "ok\n" }
