-- ERROR: jwt_algorithm_none.lua:3: auth: algorithms: expected what fits the keys (HS256), got "none"
listen "127.0.0.1:0"
always { auth { method = "jwt", secret = "0123456789abcdef0123456789abcdef", algorithms = { "HS256", "none" } } }
route "GET /" { answer = "ok\n" }
