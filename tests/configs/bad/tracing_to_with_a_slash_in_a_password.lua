-- ERROR: tracing_to_with_a_slash_in_a_password.lua:3: tracing: to: expected a URL without a login (headers = { Authorization = ... }), got another
listen "127.0.0.1:0"
tracing { to = "https://user:pass/word@collector.example/v1/traces" }
