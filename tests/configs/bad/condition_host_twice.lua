-- ERROR: condition_host_twice.lua:3: route "GET /": host: "A.example.com" is there twice
listen "127.0.0.1:0"
route "GET /" { host = { "a.example.com", "A.example.com" }, answer = "ok" }
