-- ERROR: condition_client_ip_with_bits_beyond.lua:3: route "GET /": client_ip: expected a range without bits beyond its prefix, got "10.0.0.1/8"
listen "127.0.0.1:0"
route "GET /" { client_ip = { "10.0.0.1/8" }, answer = "ok" }
