-- ERROR: tls_settings_that_are_wrong.lua:9: listen "127.0.0.1:1": tls: unknown setting "certificat"; did you mean "certificate"?
-- ERROR: tls_settings_that_are_wrong.lua:9: listen "127.0.0.1:1": tls: minimum_version: expected one of "1.2", "1.3", got "1.1"; did you mean "1.2"?
-- ERROR: tls_settings_that_are_wrong.lua:10: listen "127.0.0.1:2": tls: certificate: missing; expected a file's path
-- ERROR: tls_settings_that_are_wrong.lua:11: listen "127.0.0.1:3": tls: key: missing; expected a file's path
-- ERROR: tls_settings_that_are_wrong.lua:12: listen "127.0.0.1:4": tls: expected { certificate = "FILE", key = "FILE" }, got true
-- ERROR: tls_settings_that_are_wrong.lua:13: listen "127.0.0.1:5": tls: expected { certificate = "FILE", key = "FILE" }, got "parts/site.pem"
-- ERROR: tls_settings_that_are_wrong.lua:14: listen "127.0.0.1:6": tls: client_certificate: expected client_authorities beside it, got none
-- ERROR: tls_settings_that_are_wrong.lua:15: listen "127.0.0.1:7": tls: client_authorities: "parts/site.key" has no certificates: no certificate or crl found
listen { "127.0.0.1:1", tls = { certificat = "parts/site.pem", key = "parts/site.key", minimum_version = "1.1" } }
listen { "127.0.0.1:2", tls = {} }
listen { "127.0.0.1:3", tls = { certificate = "parts/site.pem" } }
listen { "127.0.0.1:4", tls = true }
listen { "127.0.0.1:5", tls = { "parts/site.pem" } }
listen { "127.0.0.1:6", tls = { certificate = "parts/site.pem", key = "parts/site.key", client_certificate = "optional" } }
listen { "127.0.0.1:7", tls = { certificate = "parts/site.pem", key = "parts/site.key", client_authorities = "parts/site.key" } }
route "GET /" { answer = "ok\n" }
