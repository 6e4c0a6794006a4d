-- ERROR: tls_keys_that_do_not_fit.lua:3: listen "127.0.0.1:0": tls: key: "parts/other.key" is not the certificate's
-- ERROR: tls_keys_that_do_not_fit.lua:3: listen "127.0.0.1:0": tls: key: "parts/encrypted.key" is encrypted; expected a key without a password
listen {
    "127.0.0.1:0",
    tls = {
        certificate = "parts/site.pem", key = "parts/other.key",
        { certificate = "parts/site.pem", key = "parts/encrypted.key" },
    },
}
route "GET /" { answer = "ok\n" }
