-- ERROR: fields_of_a_row.lua:3: logging: logs: 1: fields: expected nothing where database is true: its columns are given
listen "127.0.0.1:0"
always { logging { logs = { { database = true, fields = { "path" } } } } }
route "GET /" { answer = "ok\n" }
