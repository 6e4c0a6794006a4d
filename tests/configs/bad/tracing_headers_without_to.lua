-- ERROR: tracing_headers_without_to.lua:4: tracing: headers: expected to = "http://..." beside it, got none
-- ERROR: tracing_headers_without_to.lua:4: tracing: tls: expected to = "http://..." beside it, got none
listen "127.0.0.1:0"
tracing { headers = { ["X-Key"] = "a" }, tls = { verify = true } }
