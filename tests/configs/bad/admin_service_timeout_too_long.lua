-- ERROR: admin_service_timeout_too_long.lua:3: admin: services: mock: timeout: expected a duration (5 * seconds) from 100 * milliseconds to 1 * hour, got 2 * hours
listen "127.0.0.1:0"
admin { services = { mock = { restart = { "true" }, timeout = 2 * hours } } }
route "GET /" { answer = "ok\n" }
