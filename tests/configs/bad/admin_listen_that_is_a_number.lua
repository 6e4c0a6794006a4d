-- ERROR: admin_listen_that_is_a_number.lua:3: admin: listen: expected an address ("127.0.0.1:9180"), got 9180
listen "127.0.0.1:0"
admin { listen = 9180 }
route "GET /" { answer = "ok\n" }
