-- ERROR: jwt_url_of_another_kind.lua:3: auth: keys_url: expected an http:// or https:// URL, got "ftp://issuer.example/jwks.json"
listen "127.0.0.1:0"
always { auth { method = "jwt", keys_url = "ftp://issuer.example/jwks.json" } }
route "GET /" { answer = "ok\n" }
