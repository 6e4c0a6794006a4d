-- ERROR: split_with_upstream_twice.lua:4: split: expected each upstream once, got "orders" twice
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
route "* /**" { upstream = split { { orders, weight = 95 }, { "orders", weight = 5 } } }
