-- ERROR: admin_service_without_restart.lua:3: admin: services: mock: restart: missing; expected a list of texts
listen "127.0.0.1:0"
admin { services = { mock = { timeout = 5 * seconds } } }
route "GET /" { answer = "ok\n" }
