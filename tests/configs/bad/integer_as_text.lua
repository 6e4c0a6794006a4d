-- ERROR: integer_as_text.lua:3: tier "free": burst: expected an integer from 1 to 1000000000, got "10"
listen "127.0.0.1:0"
tier "free" { burst = "10" }
route "GET /" { answer = "ok\n" }
