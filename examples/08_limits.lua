-- 08_limits.lua - what one client may take: sizes, times and counts.
--
-- REQUEST: POST /notes Content-Length: 2000
-- EXPECT: 413
-- REQUEST: POST /films Content-Length: 20000000
-- EXPECT: 413
-- REQUEST: GET /notes?text=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
-- EXPECT: 414
-- REQUEST: GET /notes
-- EXPECT: 200

listen "127.0.0.1:8080"

-- Everywhere; what is not said keeps its default (docs/configuration.md has them).
limits {
    request_line = 256 * bytes,
    headers      = 8 * kilobytes,
    body         = 1 * kilobyte,
    header_time  = 5 * seconds,
    idle         = 1 * minute,
    connections  = 10000,
}

-- Behind a load balancer: whose X-Forwarded-For says who the client is. Nobody else's does.
trusted_proxies { "10.0.0.0/8", "192.0.2.1" }

route "* /notes" { answer = "noted\n" }

-- One route may allow more, or less.
route "POST /films" { answer = "seen\n", limits = { body = 10 * megabytes } }
