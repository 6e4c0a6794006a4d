-- ERROR: word_assigned.lua:2: assignment to the global "listen"; that is a word of Tollgate, written without "="
listen = "127.0.0.1:8080"
listen "127.0.0.1:8081"
route "GET /" { answer = "ok\n" }
