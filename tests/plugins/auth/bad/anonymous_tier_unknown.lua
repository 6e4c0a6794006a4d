-- ERROR: anonymous_tier_unknown.lua:3: auth: anonymous_tier: expected a tier of routes.lua, got "guest"
listen "127.0.0.1:0"
always { auth { method = "jwt", secret = "0123456789abcdef0123456789abcdef", optional = true, anonymous_tier = "guest" } }
route "GET /" { answer = "ok\n" }
