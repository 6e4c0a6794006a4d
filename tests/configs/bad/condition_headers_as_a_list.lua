-- ERROR: condition_headers_as_a_list.lua:3: route "GET /": headers: expected { ["name"] = "text" }, got a list
listen "127.0.0.1:0"
route "GET /" { headers = { "X-Beta" }, answer = "ok" }
