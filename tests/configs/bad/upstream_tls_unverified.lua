-- ERROR: upstream_tls_unverified.lua:3: upstream "a": tls: verify: expected true beside authorities, got false
listen "127.0.0.1:0"
local a = upstream "a" { targets = { "https://a" }, tls = { authorities = "parts/site.pem", verify = false } }
route "GET /" { upstream = a }
