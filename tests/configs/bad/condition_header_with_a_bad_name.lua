-- ERROR: condition_header_with_a_bad_name.lua:3: route "GET /": headers: expected a name, got "X Beta"
listen "127.0.0.1:0"
route "GET /" { headers = { ["X Beta"] = true }, answer = "ok" }
