-- ERROR: unknown_upstream.lua:4: route "* /**": upstream: there is none called "oders"; did you mean "orders"?
listen "127.0.0.1:0"
upstream "orders" { targets = { "127.0.0.1:9001" } }
route "* /**" { upstream = "oders" }
