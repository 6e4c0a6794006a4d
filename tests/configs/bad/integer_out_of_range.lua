-- ERROR: integer_out_of_range.lua:3: tier "free": burst: expected an integer from 1 to 1000000000, got 0
listen "127.0.0.1:0"
tier "free" { rate = 60 / minute, burst = 0 }
route "GET /" { answer = "ok\n" }
