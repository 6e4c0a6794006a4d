-- ERROR: admin_that_is_true.lua:3: admin: expected an address (admin "127.0.0.1:9180"), { ... } or admin(false), got true
listen "127.0.0.1:0"
admin(true)
route "GET /" { answer = "ok\n" }
