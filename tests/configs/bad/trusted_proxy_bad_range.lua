-- ERROR: trusted_proxy_bad_range.lua:3: trusted_proxies: expected a prefix length of 0 to 32, got "33"
listen "127.0.0.1:0"
trusted_proxies { "10.0.0.0/33" }
route "GET /" { answer = "ok\n" }
