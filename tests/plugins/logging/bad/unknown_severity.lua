-- ERROR: unknown_severity.lua:3: logging: severity: expected one of "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", got "loud"
listen "127.0.0.1:0"
always { logging { severity = "loud" } }
route "GET /" { answer = "ok\n" }
