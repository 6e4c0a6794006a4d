-- ERROR: duplicate_tier.lua:4: tier "free": already declared in line 3
listen "127.0.0.1:0"
tier "free" { rate = 1 / second }
tier "free" { rate = 2 / second }
route "GET /" { answer = "ok\n" }
