-- ERROR: jwt_short_secret.lua:3: auth: secret: expected at least 32 bytes, got 4; try: openssl rand -hex 32
listen "127.0.0.1:0"
always { auth { method = "jwt", secret = "hush" } }
route "GET /" { answer = "ok\n" }
