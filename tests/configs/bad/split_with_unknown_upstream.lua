-- ERROR: split_with_unknown_upstream.lua:4: split: there is none called "oders"; did you mean "orders"?
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
route "* /**" { upstream = split { orders, { "oders", weight = 5 } } }
