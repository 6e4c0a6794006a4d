-- ERROR: tracing_headers_that_are_not_to_say.lua:5: tracing: headers: X-Key: expected a text or a list of texts, got another
-- ERROR: tracing_headers_that_are_not_to_say.lua:5: tracing: headers: Host: expected one text, got 2
-- ERROR: tracing_headers_that_are_not_to_say.lua:5: tracing: headers: "Content-Type" is the gateway's own to send
listen "127.0.0.1:0"
tracing { to = "http://127.0.0.1:4318", headers = { ["Content-Type"] = "x/y", Host = { "a", "b" }, ["X-Key"] = 815 } }
