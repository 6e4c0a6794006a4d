-- ERROR: admin_setting_misspelt.lua:3: admin: unknown setting "tokn"; did you mean "token"?
listen "127.0.0.1:0"
admin { tokn = "0123456789abcdef" }
route "GET /" { answer = "ok\n" }
