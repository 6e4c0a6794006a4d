-- ERROR: syslog_nowhere.lua:3: logging: syslog: expected a path (/dev/log) or an address (udp://192.0.2.9:514, tcp://...), got "logs.example.com"
listen "127.0.0.1:0"
always { logging { syslog = "logs.example.com" } }
route "GET /" { answer = "ok\n" }
