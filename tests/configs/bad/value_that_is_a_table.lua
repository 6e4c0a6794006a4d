-- ERROR: value_that_is_a_table.lua:3: ratelimit: by: expected a value (header "X", caller, client_ip, a text, a function, ...), got a list
listen "127.0.0.1:0"
always { ratelimit { by = { caller }, rate = 1 / second } }
route "GET /" { answer = "ok\n" }
