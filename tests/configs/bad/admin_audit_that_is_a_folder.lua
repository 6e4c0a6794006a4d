-- ERROR: admin_audit_that_is_a_folder.lua:3: admin: audit: expected a file, got the folder "/tmp"
listen "127.0.0.1:0"
admin { audit = "/tmp" }
route "GET /" { answer = "ok\n" }
