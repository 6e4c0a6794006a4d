-- ERROR: target_that_listens_everywhere.lua:3: upstream "orders": targets: expected a host and a port to connect to, got ":9001"
listen "127.0.0.1:0"
upstream "orders" { targets = { ":9001" } }
route "GET /" { answer = "ok\n" }
