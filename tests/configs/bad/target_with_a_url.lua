-- ERROR: target_with_a_url.lua:3: upstream "orders": targets: expected "host:port", "[ipv6]:port" or "unix:/path", got "http://127.0.0.1:9001"
listen "127.0.0.1:0"
upstream "orders" { targets = { "http://127.0.0.1:9001" } }
route "GET /" { answer = "ok\n" }
