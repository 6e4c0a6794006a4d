-- ERROR: database_unknown.lua:3: database: expected "sqlite:FILE" or "postgresql://USER:PASSWORD@HOST/NAME", got "mysql:" and something
listen "127.0.0.1:0"
database "mysql://me:secret@db/tollgate"
route "GET /" { answer = "ok\n" }
