-- ERROR: limits_name_of_a_limit_and_of_tiers.lua:5: ratelimit: limits: 1: name: expected "each" to be one limit (what tiers say or else 10 in 1 s with a burst of 10, as at limits_name_of_a_limit_and_of_tiers.lua:4), since what shares a name is counted together, got 10 in 1 s with a burst of 10
listen "127.0.0.1:0"
tier "free" { rate = 60 / minute }
route "GET /a" { answer = "ok", plugins = { ratelimit { name = "each", default_rate = 10 / second } } }
route "GET /b" { answer = "ok", plugins = { ratelimit { rate = 1 / hour, limits = { { name = "each", rate = 10 / second } } } } }
