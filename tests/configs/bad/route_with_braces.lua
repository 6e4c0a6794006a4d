-- ERROR: route_with_braces.lua:3: route "GET /orders/{id}": expected a path without "{", got "{id}"; a parameter is written ":name"
listen "127.0.0.1:0"
route "GET /orders/{id}" { answer = "ok" }
