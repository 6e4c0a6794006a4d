-- ERROR: global_assignment.lua:3: assignment to the global "orders"; write: local orders
listen "127.0.0.1:0"
orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
route "* /**" { upstream = orders }
