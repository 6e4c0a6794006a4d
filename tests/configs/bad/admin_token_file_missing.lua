-- ERROR: admin_token_file_missing.lua:3: admin: token_file: "no-such-file" cannot be read, or is empty
listen "127.0.0.1:0"
admin { token_file = "no-such-file" }
route "GET /" { answer = "ok\n" }
