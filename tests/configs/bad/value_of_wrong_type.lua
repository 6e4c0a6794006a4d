-- ERROR: value_of_wrong_type.lua:3: ratelimit: by: expected a value (header "X", caller, client_ip, a text, a function, ...), got 5 * seconds
listen "127.0.0.1:0"
always { ratelimit { by = 5 * seconds, rate = 1 / second } }
route "GET /" { answer = "ok\n" }
