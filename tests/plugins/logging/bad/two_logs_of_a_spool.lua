-- ERROR: two_logs_of_a_spool.lua:3: logging: logs: 3: database: expected one log with a spool, got another one with the same
listen "127.0.0.1:0"
always { logging { logs = { { database = true }, { to = "stdout" }, { database = true, only = "errors" } } } }
route "GET /" { answer = "ok\n" }
