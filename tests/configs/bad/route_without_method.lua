-- ERROR: route_without_method.lua:3: route "/orders": expected methods and a path ("GET /orders/:id"), got "/orders"
listen "127.0.0.1:0"
route "/orders" { answer = "ok" }
