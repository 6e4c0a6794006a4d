-- ERROR: proxy_protocol_of_nobody.lua:3: listen "127.0.0.1:0": proxy_protocol: expected trusted_proxies beside it, who alone may connect there, got none
-- ERROR: proxy_protocol_of_nobody.lua:4: listen: proxy_protocol: expected true or false, got "v2"
listen { "127.0.0.1:0", proxy_protocol = true }
listen { "127.0.0.1:0", proxy_protocol = "v2" }
route "GET /" { answer = "ok\n" }
