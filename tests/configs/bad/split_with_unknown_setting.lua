-- ERROR: split_with_unknown_setting.lua:5: split: unknown setting "key"; there are: by
listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
local canary = upstream "canary" { targets = { "127.0.0.1:9002" } }
route "* /**" { upstream = split { orders, canary, key = cookie "user" } }
