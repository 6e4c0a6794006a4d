-- ERROR: upstream_of_wrong_type.lua:3: route "* /**": upstream: expected an upstream (upstream "name" { ... }), its name or a split, got a list
listen "127.0.0.1:0"
route "* /**" { upstream = { "127.0.0.1:9001" } }
