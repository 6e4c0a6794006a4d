-- ERROR: certificate_tier_unknown.lua:3: auth: tier: expected a tier of routes.lua, got "gold"
listen "127.0.0.1:0"
always { auth { method = "certificate", tier = "gold" } }
route "GET /" { answer = "ok\n" }
