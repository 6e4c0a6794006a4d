-- ERROR: scope_with_blank.lua:3: auth: scopes: expected a scope without blanks and quotes, got "a b"
listen "127.0.0.1:0"
always { auth { method = "jwt", secret = "0123456789abcdef0123456789abcdef", scopes = { "a b" } } }
route "GET /" { answer = "ok\n" }
