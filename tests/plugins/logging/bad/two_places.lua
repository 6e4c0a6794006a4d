-- ERROR: two_places.lua:3: logging: syslog: expected one of to, syslog and database, got more than one
listen "127.0.0.1:0"
always { logging { to = "stdout", syslog = "/dev/log" } }
route "GET /" { answer = "ok\n" }
