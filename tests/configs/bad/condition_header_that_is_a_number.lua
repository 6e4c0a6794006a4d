-- ERROR: condition_header_that_is_a_number.lua:3: route "GET /": headers: X-Version: expected a text, matches "...", true, false or a list of them, got 2; write "2"
listen "127.0.0.1:0"
route "GET /" { headers = { ["X-Version"] = 2 }, answer = "ok" }
