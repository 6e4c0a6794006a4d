-- ERROR: target_with_a_path.lua:6: upstream "orders": targets: expected nothing behind host and port (a route's rewrite says which path is asked for), got "http://127.0.0.1:9001/v1"
-- ERROR: target_with_a_path.lua:6: upstream "orders": targets: expected "http://" or "https://", got "ftp://127.0.0.1:9001"
-- ERROR: target_with_a_path.lua:6: upstream "orders": targets: expected a host name or an IP address, got "user@127.0.0.1"
-- ERROR: target_with_a_path.lua:6: upstream "orders": target "http://b:80": is there twice; give it a weight
listen "127.0.0.1:0"
upstream "orders" { targets = { "http://127.0.0.1:9001/v1", "ftp://127.0.0.1:9001", "https://user@127.0.0.1:9001", "b:80", "http://b:80", "https://b" } }
