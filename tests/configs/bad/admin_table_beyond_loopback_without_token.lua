-- ERROR: admin_table_beyond_loopback_without_token.lua:3: admin: listen: "*:9180" is beyond loopback and wants a token (admin { listen = ..., token = env "NAME" })
listen "127.0.0.1:0"
admin { listen = "*:9180", hosts = { "ops.example.com" } }
route "GET /" { answer = "ok\n" }
