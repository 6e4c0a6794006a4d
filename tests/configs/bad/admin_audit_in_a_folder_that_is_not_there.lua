-- ERROR: admin_audit_in_a_folder_that_is_not_there.lua:3: admin: audit: expected a file in a folder that is there, got "/no/such/folder/audit.log"
listen "127.0.0.1:0"
admin { audit = "/no/such/folder/audit.log" }
route "GET /" { answer = "ok\n" }
