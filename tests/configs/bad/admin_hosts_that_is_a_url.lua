-- ERROR: admin_hosts_that_is_a_url.lua:3: admin: hosts: expected names like "ops.example.com", got "https://ops.example.com/"
listen "127.0.0.1:0"
admin { hosts = "https://ops.example.com/" }
route "GET /" { answer = "ok\n" }
