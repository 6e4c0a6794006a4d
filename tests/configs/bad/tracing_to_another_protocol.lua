-- ERROR: tracing_to_another_protocol.lua:3: tracing: to: expected "http://" or "https://", got "grpc://127.0.0.1:4317"
listen "127.0.0.1:0"
tracing { to = "grpc://127.0.0.1:4317" }
