-- ERROR: answer_with_forbidden_body.lua:3: route "GET /": answer: expected no body with status 204
listen "127.0.0.1:0"
route "GET /" { answer = { status = 204, body = "x" } }
