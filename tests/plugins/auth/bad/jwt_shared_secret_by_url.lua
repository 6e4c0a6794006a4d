-- ERROR: jwt_shared_secret_by_url.lua:3: auth: algorithms: expected what fits the keys (RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA), got "HS256"
listen "127.0.0.1:0"
always { auth { method = "jwt", keys_url = "http://issuer.example/jwks.json", algorithms = { "HS256" } } }
route "GET /" { answer = "ok\n" }
