-- 05_auth.lua - who may come in: keys, of which the gateway knows only the hashes.
--
-- REQUEST: GET /orders/7
-- EXPECT: 401 body contains "key_missing"
-- REQUEST: GET /orders/7 X-API-Key: wrong
-- EXPECT: 401 body contains "key_unknown"
-- REQUEST: GET /orders/7 X-API-Key: lesson-free
-- EXPECT: 200 body contains "GET /orders/7"
-- REQUEST: GET /bearer Authorization: Bearer lesson-premium
-- EXPECT: 200 body contains "come in"
-- REQUEST: GET /open
-- EXPECT: 200

listen "127.0.0.1:8080"

-- The file `keys` gives each key an owner and one of these tiers.
tier "free"    { rate = 60 / minute, burst = 10 }
tier "premium" { rate = 1200 / minute }

local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }

-- A list of plugins is an ordinary value: share it, nest it. Relative files start at the folder of this one.
local members = { auth { key = header "X-API-Key", file = "keys" } }

route "* /orders/**" { upstream = orders, plugins = members }
route "GET /bearer"  { answer = "come in\n", plugins = { auth { scheme = "bearer", file = "keys" } } }
route "GET /open"    { answer = "anybody\n" }
