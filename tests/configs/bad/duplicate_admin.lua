-- ERROR: duplicate_admin.lua:4: admin: already declared in line 3
listen "127.0.0.1:0"
admin "127.0.0.1:9180"
admin(false)
route "GET /" { answer = "ok\n" }
