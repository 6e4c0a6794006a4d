-- ERROR: redirect_with_status_200.lua:3: route "GET /x": redirect: status: expected 301, 302, 303, 307 or 308, got 200
listen "127.0.0.1:0"
route "GET /x" { redirect = { to = "/y", status = 200 } }
