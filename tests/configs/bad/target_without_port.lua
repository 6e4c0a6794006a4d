-- ERROR: target_without_port.lua:3: upstream "orders": targets: expected "host:port", "[ipv6]:port" or "unix:/path", got "orders.local"
listen "127.0.0.1:0"
upstream "orders" { targets = { "orders.local" } }
route "GET /" { answer = "ok\n" }
