-- ERROR: route_without_name.lua:3: route: expected a name (route "GET /path" { ... }), got a table
listen "127.0.0.1:0"
route { answer = "ok" }
