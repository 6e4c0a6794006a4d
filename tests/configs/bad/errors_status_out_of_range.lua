-- ERROR: errors_status_out_of_range.lua:3: errors: expected a status from 400 to 599, "4xx", "5xx", a reason (rate_limited) or any, got "200"
listen "127.0.0.1:0"
errors { [200] = "x" } route "GET /" { answer = "ok" }
