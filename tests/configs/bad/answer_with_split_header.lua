-- ERROR: answer_with_split_header.lua:3: route "GET /": answer: headers: X-A: expected a text of one line, got "1\r\nX-B: 2"
listen "127.0.0.1:0"
route "GET /" { answer = { headers = { ["X-A"] = "1\r\nX-B: 2" } } }
