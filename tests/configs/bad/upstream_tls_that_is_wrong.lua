-- ERROR: upstream_tls_that_is_wrong.lua:10: upstream "a": tls: expected targets that begin with "https://" beside it, got none
-- ERROR: upstream_tls_that_is_wrong.lua:11: upstream "b": tls: unknown setting "authority"; did you mean "authorities"?
-- ERROR: upstream_tls_that_is_wrong.lua:12: upstream "c": tls: key: missing; expected a file's path
-- ERROR: upstream_tls_that_is_wrong.lua:13: upstream "d": tls: authorities: "parts/nowhere.pem" cannot be read: No such file or directory
-- ERROR: upstream_tls_that_is_wrong.lua:14: upstream "e": tls: authorities: "parts/site.key" holds no certificate in PEM
-- ERROR: upstream_tls_that_is_wrong.lua:15: upstream "f": tls: name: expected a host name or an IP address, got "https://f"
-- ERROR: upstream_tls_that_is_wrong.lua:16: upstream "g": tls: expected { ... }, got true
-- ERROR: upstream_tls_that_is_wrong.lua:17: upstream "h": tls: key: "parts/other.key" is not the certificate's
listen "127.0.0.1:0"
upstream "a" { targets = { "a:443" }, tls = { name = "a" } }
upstream "b" { targets = { "https://b" }, tls = { authority = "parts/site.pem" } }
upstream "c" { targets = { "https://c" }, tls = { certificate = "parts/site.pem" } }
upstream "d" { targets = { "https://d" }, tls = { authorities = "parts/nowhere.pem" } }
upstream "e" { targets = { "https://e" }, tls = { authorities = "parts/site.key" } }
upstream "f" { targets = { "https://f" }, tls = { name = "https://f" } }
upstream "g" { targets = { "https://g" }, tls = true }
upstream "h" { targets = { "https://h" }, tls = { certificate = "parts/site.pem", key = "parts/other.key" } }
