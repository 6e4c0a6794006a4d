-- 12_windows.lua - how often, in other ways: windows, logs, quotas, requests under way, and several of them at once.
--
-- REQUEST: GET /token/1 Authorization: t1
-- EXPECT: 200 X-RateLimit-Remaining: 1
-- REQUEST: GET /token/2 Authorization: t1
-- EXPECT: 200 X-RateLimit-Remaining: 0
-- REQUEST: GET /token/3 Authorization: t1
-- EXPECT: 429 body contains "rate_limited"
-- REQUEST: GET /token/3 Authorization: t2
-- EXPECT: 200 RateLimit-Policy: "tokens";q=2;w=60
-- REQUEST: GET /ping
-- EXPECT: 200 X-RateLimit-Remaining: 4
-- REQUEST: GET /reports/1 X-User: ann
-- EXPECT: 200 X-RateLimit-Limit: 1
-- REQUEST: GET /reports/2 X-User: ann
-- EXPECT: 429
-- REQUEST: GET /reports/1 X-User: bob
-- EXPECT: 200
-- REQUEST: GET /trial
-- EXPECT: 200
-- REQUEST: GET /trial
-- EXPECT: 200

listen "127.0.0.1:8080"

-- Two in any minute, to the request: each of them is remembered.
route "GET /token/*" { answer = "ok\n", plugins = {
    ratelimit { name = "tokens", by = header "Authorization", rate = 2 / minute, algorithm = "sliding_log" } } }

-- Five in each window of a minute, which begins with an address's first request. An address of IPv6 counts as its /64.
route "GET /ping" { answer = "pong\n", plugins = {
    ratelimit { by = client_ip, rate = 5 / minute, algorithm = "fixed_window", align = "first_use" } } }

-- Each user one an hour, and no more than a hundred in a day and three at a time of all. Who is refused counts nowhere.
route "GET /reports/*" { answer = "a report\n", plugins = {
    ratelimit { by = header "X-User", rate = 1 / hour, algorithm = "fixed_window", align = "first_use",
                limits = { { by = "all", quota = 100 / day, concurrency = 3 } } } } }

-- What would a limit do? Nobody is refused, and /metrics tells whom it would have been.
route "GET /trial" { answer = "ok\n", plugins = { ratelimit { by = client_ip, rate = 1 / hour, mode = "shadow" } } }
