-- ERROR: redirect_to_another_host_by_slashes.lua:3: route "GET /x": redirect: expected a path that starts with "/" or an address that starts with "https://", got "//example.com/"
listen "127.0.0.1:0"
route "GET /x" { redirect = "//example.com/" }
