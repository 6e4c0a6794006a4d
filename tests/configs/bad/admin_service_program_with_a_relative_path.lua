-- ERROR: admin_service_program_with_a_relative_path.lua:3: admin: services: mock: restart: expected a program's name or its whole path ("/usr/bin/systemctl"), got "./restart.sh"
listen "127.0.0.1:0"
admin { services = { mock = { restart = { "./restart.sh" } } } }
route "GET /" { answer = "ok\n" }
