-- ERROR: jwt_keys_that_are_none.lua:3: auth: keys: expected a public key in PEM or a JWK set, got neither
listen "127.0.0.1:0"
always { auth { method = "jwt", keys = "jwt_keys_that_are_none.lua" } }
route "GET /" { answer = "ok\n" }
