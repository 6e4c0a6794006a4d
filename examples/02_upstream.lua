-- 02_upstream.lua - requests that go on to somebody else.
--
-- REQUEST: GET /orders/7?full=1
-- EXPECT: 200 body contains "GET /orders/7?full=1"
-- REQUEST: DELETE /orders/7
-- EXPECT: 200 body contains "DELETE /orders/7"
-- REQUEST: GET /orders
-- EXPECT: 200 body contains "GET /orders"
-- REQUEST: GET /elsewhere
-- EXPECT: 404

listen "127.0.0.1:8080"

-- Times are written with their unit: a bare 5 is an error that says so.
local orders = upstream "orders" {
    targets         = { "127.0.0.1:9001" },
    connect_timeout = 500 * milliseconds,
    timeout         = 5 * seconds,
}

-- "*" takes every method; "/**" everything below /orders, and /orders itself.
route "* /orders/**" { upstream = orders }
