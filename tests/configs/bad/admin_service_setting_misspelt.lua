-- ERROR: admin_service_setting_misspelt.lua:3: admin: services: mock: unknown setting "restrat"; did you mean "restart"?
listen "127.0.0.1:0"
admin { services = { mock = { restrat = { "true" }, restart = { "true" } } } }
route "GET /" { answer = "ok\n" }
