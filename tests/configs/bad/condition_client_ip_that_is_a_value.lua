-- ERROR: condition_client_ip_that_is_a_value.lua:3: route "GET /": client_ip: expected an address or a range ("10.0.0.0/8") or a list of them, got client_ip
listen "127.0.0.1:0"
route "GET /" { client_ip = client_ip, answer = "ok" }
