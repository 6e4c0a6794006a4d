-- ERROR: trusted_proxy_number.lua:3: trusted_proxies: expected an address or a range ("10.0.0.0/8"), got 10
listen "127.0.0.1:0"
trusted_proxies { 10 }
route "GET /" { answer = "ok\n" }
