-- ERROR: condition_cookie_of_nothing.lua:3: route "GET /": cookies: group: expected at least one, got {}
listen "127.0.0.1:0"
route "GET /" { cookies = { group = {} }, answer = "ok" }
