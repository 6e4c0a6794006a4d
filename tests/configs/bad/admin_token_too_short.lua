-- ERROR: admin_token_too_short.lua:3: admin: token: expected 16 to 512 letters, digits and signs without spaces, got 6 characters; try: openssl rand -hex 32
listen "127.0.0.1:0"
admin { token = "secret" }
route "GET /" { answer = "ok\n" }
