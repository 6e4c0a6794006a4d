-- ERROR: jwt_without_keys.lua:3: auth: keys: expected one of keys, keys_url and secret for method "jwt", got none
listen "127.0.0.1:0"
always { auth { method = "jwt" } }
route "GET /" { answer = "ok\n" }
