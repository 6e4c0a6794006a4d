-- ERROR: ip_without_networks.lua:3: auth: allow_from: expected networks here or in deny_from, got none
listen "127.0.0.1:0"
always { auth { method = "ip" } }
route "GET /" { answer = "ok\n" }
