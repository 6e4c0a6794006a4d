-- 13_cache.lua - answers that are kept and given again: for how long, to whom, and to whom not.
--
-- REQUEST: GET /pages/1
-- EXPECT: 200 X-Cache: MISS
-- REQUEST: GET /pages/1
-- EXPECT: 200 X-Cache: HIT
-- REQUEST: GET /pages/1?utm_source=mail
-- EXPECT: 200 X-Cache: HIT
-- REQUEST: GET /pages/1?page=2
-- EXPECT: 200 X-Cache: MISS
-- REQUEST: GET /pages/1 Cookie: session=7
-- EXPECT: 200 X-Cache: MISS
-- REQUEST: GET /account X-Tenant: blue
-- EXPECT: 200 X-Cache: MISS
-- REQUEST: GET /account X-Tenant: red
-- EXPECT: 200 X-Cache: MISS
-- REQUEST: GET /account X-Tenant: blue
-- EXPECT: 200 X-Cache: HIT
-- REQUEST: GET /news X-Preview: yes
-- EXPECT: 200 X-Cache: BYPASS
-- REQUEST: GET /news Cache-Control: only-if-cached
-- EXPECT: 504 body contains "not_cached"

listen "127.0.0.1:8080"

-- These answers say nothing of their freshness: it is the operator's word. Requests with cookies do not share them.
route "GET /pages/*" { answer = "a page\n", plugins = cache { ttl = 1 * minute, ignored_parameters = { "utm_*" } } }

-- Each tenant has its own.
route "GET /account" { answer = "an account\n", plugins = cache { ttl = 1 * minute, by = header "X-Tenant" } }

-- Old news are better than none, and whoever writes them sees them at once.
route "GET /news" { answer = "the news\n", plugins = cache {
    ttl                    = 10 * seconds,
    stale_while_revalidate = 30 * seconds,
    stale_if_error         = 1 * hour,
    bypass                 = header "X-Preview",
} }
