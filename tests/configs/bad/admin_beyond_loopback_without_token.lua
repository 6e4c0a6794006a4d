-- ERROR: admin_beyond_loopback_without_token.lua:3: admin: "0.0.0.0:9180" is beyond loopback and wants a token (admin { listen = ..., token = env "NAME" })
listen "127.0.0.1:0"
admin "0.0.0.0:9180"
route "GET /" { answer = "ok\n" }
