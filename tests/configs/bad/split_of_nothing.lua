-- ERROR: split_of_nothing.lua:3: split: expected upstreams with their weights ({ { orders, weight = 95 }, ... }), got "orders"
listen "127.0.0.1:0"
route "* /**" { upstream = split "orders" }
