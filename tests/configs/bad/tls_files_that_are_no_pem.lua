-- ERROR: tls_files_that_are_no_pem.lua:3: listen "127.0.0.1:0": tls: certificate: "parts/site.key" holds no certificate in PEM
-- ERROR: tls_files_that_are_no_pem.lua:3: listen "127.0.0.1:0": tls: key: "parts/site.pem" holds no private key in PEM
listen { "127.0.0.1:0", tls = { certificate = "parts/site.key", key = "parts/site.pem" } }
route "GET /" { answer = "ok\n" }
