-- ERROR: allow_that_is_a_text.lua:3: auth: allow: expected a function, got "yes"
listen "127.0.0.1:0"
always { auth { method = "ip", allow_from = "10.0.0.0/8", allow = "yes" } }
route "GET /" { answer = "ok\n" }
