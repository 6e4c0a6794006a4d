-- ERROR: anonymous_tier_not_optional.lua:3: auth: anonymous_tier: expected optional = true beside it
listen "127.0.0.1:0"
always { auth { method = "jwt", secret = "0123456789abcdef0123456789abcdef", anonymous_tier = "free" } }
tier "free" { rate = 1 / second }
route "GET /" { answer = "ok\n" }
