-- ERROR: split_where_an_upstream_is_wanted.lua:5: split: expected an upstream, its name or { orders, weight = 95 }, got a split
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
local canary = upstream "canary" { targets = { "127.0.0.1:9002" } }
route "* /**" { upstream = split { orders, split { orders, canary } } }
