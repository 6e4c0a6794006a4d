-- ERROR: tracing_headers_and_tls_that_are_wrong.lua:6: tracing: tls: expected targets that begin with "https://" beside it, got none
-- ERROR: tracing_headers_and_tls_that_are_wrong.lua:6: tracing: headers: X-Key: expected a text of one line, got another
-- ERROR: tracing_headers_and_tls_that_are_wrong.lua:6: tracing: queue: expected at least batch, 512, got 100
listen "127.0.0.1:0"
local to = "http://127.0.0.1:4318"
tracing { to = to, tls = {}, headers = { ["X-Key"] = "a\nb" }, queue = 100 }
