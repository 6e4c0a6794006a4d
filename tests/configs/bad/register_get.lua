-- ERROR: register_get.lua:3: route "GET /register": register: expected a route of POST alone ("POST /register"), got "GET /register"
listen "127.0.0.1:0"
route "GET /register" { register = {} }
