-- ERROR: admin_service_restart_empty.lua:3: admin: services: mock: restart: expected a program and its arguments, got none
listen "127.0.0.1:0"
admin { services = { mock = { restart = {} } } }
route "GET /" { answer = "ok\n" }
