-- ERROR: duplicate_listen.lua:3: listen: "127.0.0.1:8080" is declared twice
listen "127.0.0.1:8080"
listen "127.0.0.1:8080"
route "GET /" { answer = "ok\n" }
