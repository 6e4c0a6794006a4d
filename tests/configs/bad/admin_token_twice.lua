-- ERROR: admin_token_twice.lua:3: admin: expected a token or a token_file, got both
listen "127.0.0.1:0"
admin { token = "0123456789abcdef", token_file = "token" }
route "GET /" { answer = "ok\n" }
