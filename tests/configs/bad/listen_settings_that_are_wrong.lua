-- ERROR: listen_settings_that_are_wrong.lua:3: listen: unknown setting "tsl"; did you mean "tls"?
-- ERROR: listen_settings_that_are_wrong.lua:4: listen: expected an address before its settings ({ "0.0.0.0:8443", tls = ... }), got none
listen { "127.0.0.1:0", tsl = { certificate = "parts/site.pem", key = "parts/site.key" } }
listen { tls = { certificate = "parts/site.pem", key = "parts/site.key" } }
route "GET /" { answer = "ok\n" }
