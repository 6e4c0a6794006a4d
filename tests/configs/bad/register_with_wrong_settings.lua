-- ERROR: register_with_wrong_settings.lua:7: route "POST /register": register: burst: expected a rate beside it
-- ERROR: register_with_wrong_settings.lua:7: route "POST /register": register: tier: expected a tier of routes.lua, got "gold"
-- ERROR: register_with_wrong_settings.lua:7: route "POST /register": register: scopes: expected words like "orders:read" with a blank between two, at most 2048 bytes
-- ERROR: register_with_wrong_settings.lua:8: route "POST /again": expected an upstream, an answer or a redirect, got answer and register
listen "127.0.0.1:0"
tier "free" { rate = 60 / minute }
route "POST /register" { register = { tier = "gold", scopes = { "a\tb" }, burst = 5 } }
route "POST /again" { answer = "ok\n", register = { tier = "free" } }
