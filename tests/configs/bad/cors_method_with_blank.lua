-- ERROR: cors_method_with_blank.lua:3: cors: methods: expected methods ("GET"), got "GET POST"
listen "127.0.0.1:0"
cors { origins = "*", methods = { "GET POST" } } route "GET /" { answer = "ok" }
