-- ERROR: split_without_weight.lua:5: split: expected an upstream with a weight of more than 0, got none
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
local canary = upstream "canary" { targets = { "127.0.0.1:9002" } }
route "* /**" { upstream = split { { orders, weight = 0 }, { canary, weight = 0 } } }
