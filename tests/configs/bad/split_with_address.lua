-- ERROR: split_with_address.lua:4: split: expected an upstream, its name or { orders, weight = 95 }, got a list
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
route "* /**" { upstream = split { orders, { "127.0.0.1:9002", "127.0.0.1:9003" } } }
