-- ERROR: setting_of_another_method.lua:3: auth: issuer: expected nothing, method "key" does not read it (method "jwt" does)
listen "127.0.0.1:0"
always { auth { file = "setting_of_another_method.lua", issuer = "https://issuer.example" } }
route "GET /" { answer = "ok\n" }
