-- ERROR: errors_unknown_placeholder.lua:3: errors: 404: body: expected one of ${status}, ${reason}, ${message}, ${request_id}, got "${mesage}"; did you mean "message"?
listen "127.0.0.1:0"
errors { [404] = { body = "${mesage}" } } route "GET /" { answer = "ok" }
