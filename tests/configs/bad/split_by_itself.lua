-- ERROR: split_by_itself.lua:4: split: expected at least two upstreams ({ { orders, weight = 95 }, ... }), got 1
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
route "* /**" { upstream = split { orders } }
