-- ERROR: upstream_without_table.lua:3: upstream "orders": expected { ... } after the name
listen "127.0.0.1:0"
local orders = upstream "orders"
route "* /**" { upstream = orders }
