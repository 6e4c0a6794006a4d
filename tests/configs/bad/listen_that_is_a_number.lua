-- ERROR: listen_that_is_a_number.lua:2: listen: expected an address (listen "127.0.0.1:8080"), got 8080
listen(8080)
route "GET /" { answer = "ok\n" }
