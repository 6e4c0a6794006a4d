-- ERROR: admin_token_that_is_a_number.lua:3: admin: token: expected a text (env "NAME"), got another value
listen "127.0.0.1:0"
admin { token = 12345678901234567 }
route "GET /" { answer = "ok\n" }
