-- 07_when.lua - routes with a condition, and values that a function makes for each request.
--
-- REQUEST: GET /search?q=tea
-- EXPECT: 200 body contains "found"
-- REQUEST: GET /search?q=t
-- EXPECT: 400 body contains "three letters"
-- REQUEST: GET /search
-- EXPECT: 400
-- REQUEST: GET /app User-Agent: Mozilla/5.0 (iPhone)
-- EXPECT: 200 body contains "small screens"
-- REQUEST: GET /app User-Agent: curl/7.88.1
-- EXPECT: 200 body contains "large screens"
-- REQUEST: GET /shops/berlin/stock
-- EXPECT: 200 X-RateLimit-Remaining: 1
-- REQUEST: GET /shops/berlin/prices
-- EXPECT: 200 X-RateLimit-Remaining: 0
-- REQUEST: GET /shops/paris/stock
-- EXPECT: 200 X-RateLimit-Remaining: 1

listen "127.0.0.1:8080"

-- What is absent is the empty text: no need to ask whether it is there. A route whose condition says no is passed over,
-- and the next that matches is asked.
route "GET /search" { answer = "found\n", when = function(request) return #request.query.q >= 3 end }
route "GET /search" { answer = { status = 400, body = "q needs three letters\n" } }

local function on_a_phone(request)
    return request.headers["User-Agent"]:find("iPhone", 1, true)
end
route "GET /app" { answer = "for small screens\n", when = on_a_phone }
route "GET /app" { answer = "for large screens\n" }

-- A function stands wherever a value may vary per request. One that fails, or never ends, costs its request a 500 and
-- a line in the gateway's log, and no more.
local by_shop = ratelimit { by = function(request) return request.parameters.shop end, rate = 2 / hour }
route "GET /shops/:shop/*" { answer = "ok\n", plugins = { by_shop } }
