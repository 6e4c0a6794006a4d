-- ERROR: database_no_name.lua:3: database: expected the name of a database after the host ("/name")
listen "127.0.0.1:0"
database "postgresql://db.internal"
route "GET /" { answer = "ok\n" }
