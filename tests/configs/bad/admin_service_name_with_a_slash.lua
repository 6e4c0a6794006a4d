-- ERROR: admin_service_name_with_a_slash.lua:3: admin: services: expected a name of letters, digits and - _ ., got "a/b"
listen "127.0.0.1:0"
admin { services = { ["a/b"] = { restart = { "true" } } } }
route "GET /" { answer = "ok\n" }
