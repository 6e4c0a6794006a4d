-- 03_balance.lua - several targets behind one name, and a plugin that chooses among them.
--
-- REQUEST: GET /turn/1
-- EXPECT: 200 body contains "target 9001"
-- REQUEST: GET /turn/2
-- EXPECT: 200 body contains "target 9002"
-- REQUEST: GET /turn/3
-- EXPECT: 200 body contains "target 9001"

listen "127.0.0.1:8080"

-- Plugins are called by their name, with their settings in braces. What chooses belongs to the upstream: every route to
-- it gets the same balancer.
local both = upstream "both" {
    targets = { "127.0.0.1:9001", "127.0.0.1:9002" },
    balance = balancer { policy = "round_robin" },
}

-- A target may take a larger share than another: two of three requests go to the first.
local uneven = upstream "uneven" {
    targets = { { "127.0.0.1:9001", weight = 2 }, "127.0.0.1:9002" },
    balance = balancer { policy = "weighted" },
}

route "GET /turn/:number" { upstream = both }
route "GET /share/**"     { upstream = uneven }
