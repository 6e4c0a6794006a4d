-- ERROR: redirect_without_place.lua:3: route "GET /x": redirect: to: expected a path ("/new/:id"), an address ("https://example.com/**") or a function, got none
listen "127.0.0.1:0"
route "GET /x" { redirect = { status = 301 } }
