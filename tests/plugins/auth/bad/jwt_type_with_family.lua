-- ERROR: jwt_type_with_family.lua:3: auth: typ: expected types in lower case without "application/" ("at+jwt"), got "application/at+jwt"
listen "127.0.0.1:0"
always { auth { method = "jwt", secret = "0123456789abcdef0123456789abcdef", typ = "application/at+jwt" } }
route "GET /" { answer = "ok\n" }
