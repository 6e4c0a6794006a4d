-- ERROR: route_without_destination.lua:3: route "GET /": expected an upstream, an answer, a redirect or plugins that answer, got none
listen "127.0.0.1:0"
route "GET /" { }
