-- ERROR: upstream_with_no_target.lua:3: upstream "orders": targets: missing; expected addresses ({ "10.0.0.11:9001", ... })
listen "127.0.0.1:0"
upstream "orders" { targets = {} }
route "GET /" { answer = "ok\n" }
