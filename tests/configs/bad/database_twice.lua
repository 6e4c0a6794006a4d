-- ERROR: database_twice.lua:4: database: already declared in line 3
listen "127.0.0.1:0"
database "sqlite:one.db"
database "sqlite:two.db"
route "GET /" { answer = "ok\n" }
