-- ERROR: admin_services_that_is_a_list.lua:3: admin: services: expected { name = { restart = { ... } } }, got entries without a name
listen "127.0.0.1:0"
admin { services = { { restart = { "true" } } } }
route "GET /" { answer = "ok\n" }
