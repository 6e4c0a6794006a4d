-- ERROR: answer_with_own_framing.lua:3: route "GET /": answer: headers: "Content-Length" is the gateway's own to send
listen "127.0.0.1:0"
route "GET /" { answer = { body = "x", headers = { ["Content-Length"] = "1" } } }
