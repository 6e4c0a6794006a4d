-- ERROR: database_table.lua:3: database: expected "sqlite:FILE" or "postgresql://USER:PASSWORD@HOST/NAME", got a table
listen "127.0.0.1:0"
database { url = "sqlite:t.db" }
route "GET /" { answer = "ok\n" }
