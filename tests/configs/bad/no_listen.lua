-- ERROR: no_listen.lua: expected at least one listen (listen "127.0.0.1:8080"), got none
route "GET /" { answer = "ok\n" }
