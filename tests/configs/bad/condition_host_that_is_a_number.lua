-- ERROR: condition_host_that_is_a_number.lua:3: route "GET /": host: expected a host ("api.example.com"), matches "..." or a list of them, got 7
listen "127.0.0.1:0"
route "GET /" { host = { "a.example.com", 7 }, answer = "ok" }
