-- ERROR: several_at_once.lua:6: unknown word "lisen"; did you mean "listen"?
-- ERROR: several_at_once.lua:8: tier "free": rate: expected a rate (60 / minute) of more than 0, got 60
-- ERROR: several_at_once.lua:9: ratelimit: unknown setting "brust"; did you mean "burst"?
-- ERROR: several_at_once.lua:10: route "GET /a": upstream: there is none called "orders"
-- ERROR: several_at_once.lua:10: route "GET /a" is declared twice: line 9 has it already
lisen "127.0.0.1:8080"
listen "127.0.0.1:8080"
tier "free" { rate = 60 }
route "GET /a" { answer = "ok", plugins = { ratelimit { rate = 1 / minute, brust = 2 } } }
route "GET /a" { upstream = "orders" }
