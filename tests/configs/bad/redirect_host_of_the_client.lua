-- ERROR: redirect_host_of_the_client.lua:3: route "GET /go/:host": redirect: expected a host and perhaps a port after the scheme, got "https://:host/"; parameters stand in the path or the query
listen "127.0.0.1:0"
route "GET /go/:host" { redirect = "https://:host/" }
