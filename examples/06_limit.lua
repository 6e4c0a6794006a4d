-- 06_limit.lua - how often: token buckets, by caller or by anything else a request brings.
--
-- REQUEST: GET /orders/1 X-API-Key: lesson-free
-- EXPECT: 200 X-RateLimit-Remaining: 1
-- REQUEST: GET /orders/2 X-API-Key: lesson-free
-- EXPECT: 200 X-RateLimit-Remaining: 0
-- REQUEST: GET /orders/3 X-API-Key: lesson-free
-- EXPECT: 429 body contains "rate_limited"
-- REQUEST: GET /orders/4 X-API-Key: lesson-premium
-- EXPECT: 200 X-RateLimit-Remaining: 199
-- REQUEST: GET /search?q=tea
-- EXPECT: 200 X-RateLimit-Limit: 1
-- REQUEST: GET /search?q=tea
-- EXPECT: 429
-- REQUEST: GET /search?q=coffee
-- EXPECT: 200

listen "127.0.0.1:8080"

tier "free"    { rate = 2 / hour, burst = 2 }
tier "premium" { rate = 1200 / minute, burst = 200 }

-- The caller's tier says how much: without a caller there is no tier, so auth comes first.
local members = { auth { key = header "X-API-Key", file = "keys" }, ratelimit { by = caller } }

-- Or the limit says it by itself: by client_ip, header "...", query "...", a function, ...
local searches = { ratelimit { by = query "q", rate = 1 / hour } }

route "GET /orders/:id" { answer = "an order\n", plugins = members }
route "GET /search"     { answer = "found\n", plugins = searches }
