-- ERROR: split_with_negative_weight.lua:5: split: the upstream "canary": weight: expected a number from 0 to 1000000, got -5
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
local canary = upstream "canary" { targets = { "127.0.0.1:9002" } }
route "* /**" { upstream = split { { orders, weight = 95 }, { canary, weight = -5 } } }
