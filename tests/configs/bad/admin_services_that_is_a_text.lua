-- ERROR: admin_services_that_is_a_text.lua:3: admin: services: expected { name = { restart = { ... } } }, got "mock"
listen "127.0.0.1:0"
admin { services = "mock" }
route "GET /" { answer = "ok\n" }
