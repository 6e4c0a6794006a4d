-- ERROR: regions_name_of_two_shares.lua:7: ratelimit: name: expected "calls quota" to be one limit (10 in a day exchanged by redis://10.0.0.1:6379 and redis://10.0.0.2:6379 with a share of 0.5, as at regions_name_of_two_shares.lua:4), since what shares a name is counted together, got 10 in a day exchanged by redis://10.0.0.1:6379 and redis://10.0.0.2:6379
listen "127.0.0.1:0"
route "GET /a" { answer = "ok", plugins = {
    ratelimit { by = client_ip, name = "calls", quota = 10 / day, regions = { "redis://10.0.0.2", "redis://:secret@10.0.0.1" }, region_share = 0.5 },
} }
route "GET /b" { answer = "ok", plugins = {
    ratelimit { by = client_ip, name = "calls", quota = 10 / day, regions = { "redis://10.0.0.1", "redis://10.0.0.2" } },
} }
