-- ERROR: ip_optional_without_tier.lua:3: auth: optional: expected false, or a tier: without one, method "ip" is no way in
listen "127.0.0.1:0"
always { auth { method = "ip", allow_from = { "10.0.0.0/8" }, optional = true } }
route "GET /" { answer = "ok\n" }
