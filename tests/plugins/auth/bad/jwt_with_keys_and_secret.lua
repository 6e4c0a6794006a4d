-- ERROR: jwt_with_keys_and_secret.lua:3: auth: method: expected one of keys, keys_url and secret for method "jwt", got several
listen "127.0.0.1:0"
always { auth { method = "jwt", keys_url = "http://issuer.example/jwks.json", secret = "0123456789abcdef0123456789abcdef" } }
route "GET /" { answer = "ok\n" }
