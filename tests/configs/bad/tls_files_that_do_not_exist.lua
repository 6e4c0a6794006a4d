-- ERROR: tls_files_that_do_not_exist.lua:3: listen "127.0.0.1:0": tls: certificate: "no-such.pem" cannot be read: No such file or directory
-- ERROR: tls_files_that_do_not_exist.lua:3: listen "127.0.0.1:0": tls: key: "no-such.key" cannot be read: No such file or directory
listen { "127.0.0.1:0", tls = { certificate = "no-such.pem", key = "no-such.key" } }
route "GET /" { answer = "ok\n" }
