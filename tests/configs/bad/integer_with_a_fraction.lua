-- ERROR: integer_with_a_fraction.lua:3: tier "free": burst: expected an integer from 1 to 1000000000, got 1.5
listen "127.0.0.1:0"
tier "free" { burst = 1.5 }
route "GET /" { answer = "ok\n" }
