-- ERROR: admin_token_with_spaces.lua:3: admin: token: expected 16 to 512 letters, digits and signs without spaces, got others; try: openssl rand -hex 32
listen "127.0.0.1:0"
admin { token = "a token of many words" }
route "GET /" { answer = "ok\n" }
