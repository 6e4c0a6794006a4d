-- ERROR: limit_name_of_two_limits.lua:4: ratelimit: name: expected "ip" to be one limit (5 in 3600 s with a burst of 5, as at limit_name_of_two_limits.lua:3), since what shares a name is counted together, got 100 in 1 s with a burst of 100
listen "127.0.0.1:0"
route "POST /login" { answer = "ok", plugins = { ratelimit { by = client_ip, name = "ip", rate = 5 / hour } } }
route "GET /**" { answer = "ok", plugins = { ratelimit { by = client_ip, name = "ip", rate = 100 / second } } }
