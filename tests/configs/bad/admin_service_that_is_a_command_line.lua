-- ERROR: admin_service_that_is_a_command_line.lua:3: admin: services: mock: expected { restart = { ... } }, got "systemctl restart mock"
listen "127.0.0.1:0"
admin { services = { mock = "systemctl restart mock" } }
route "GET /" { answer = "ok\n" }
