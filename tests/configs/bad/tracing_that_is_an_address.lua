-- ERROR: tracing_that_is_an_address.lua:3: tracing: expected { ... }, got "http://127.0.0.1:4318/v1/traces"
listen "127.0.0.1:0"
tracing "http://127.0.0.1:4318/v1/traces"
