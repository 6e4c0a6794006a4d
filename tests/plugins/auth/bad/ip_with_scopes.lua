-- ERROR: ip_with_scopes.lua:3: auth: scopes: expected nothing: an address has no scopes
listen "127.0.0.1:0"
always { auth { method = "ip", allow_from = { "10.0.0.0/8" }, scopes = { "a" } } }
route "GET /" { answer = "ok\n" }
