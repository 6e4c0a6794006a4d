-- ERROR: values_that_are_none.lua:3: ratelimit: by: expected a value (header "X", caller, client_ip, a function, ...) or a list of them, got a list
listen "127.0.0.1:0"
always { ratelimit { by = { caller, true }, rate = 1 / second } }
route "GET /" { answer = "ok\n" }
