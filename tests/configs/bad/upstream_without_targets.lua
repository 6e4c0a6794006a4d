-- ERROR: upstream_without_targets.lua:3: upstream "orders": targets: missing; expected addresses ({ "10.0.0.11:9001", ... })
listen "127.0.0.1:0"
upstream "orders" { timeout = 1 * seconds }
route "GET /" { answer = "ok\n" }
