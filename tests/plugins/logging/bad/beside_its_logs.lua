-- ERROR: beside_its_logs.lua:3: logging: to: expected it in each of logs, got it beside them
listen "127.0.0.1:0"
always { logging { to = "stdout", logs = { { syslog = "/dev/log" } } } }
route "GET /" { answer = "ok\n" }
