-- ERROR: answer_status_out_of_range.lua:3: route "GET /": answer: status: expected an integer from 200 to 599, got 99
listen "127.0.0.1:0"
route "GET /" { answer = { status = 99 } }
