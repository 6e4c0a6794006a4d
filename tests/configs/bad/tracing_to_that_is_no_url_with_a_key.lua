-- ERROR: tracing_to_that_is_no_url_with_a_key.lua:3: tracing: to: expected a URL ("http://127.0.0.1:4318/v1/traces"), got "127.0.0.1:4318/v1/traces"
listen "127.0.0.1:0"
tracing { to = "127.0.0.1:4318/v1/traces?key=the-key" }
