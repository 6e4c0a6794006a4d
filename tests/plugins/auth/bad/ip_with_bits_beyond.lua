-- ERROR: ip_with_bits_beyond.lua:3: auth: allow_from: expected an address or a network ("10.0.0.0/8") without bits beyond its prefix, got "10.0.0.1/8"
listen "127.0.0.1:0"
always { auth { method = "ip", allow_from = { "10.0.0.1/8" } } }
route "GET /" { answer = "ok\n" }
