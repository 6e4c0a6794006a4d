-- 04_routes.lua - how paths are written: the first route that matches wins, in the order of this file.
--
-- REQUEST: GET /orders/new
-- EXPECT: 200 body contains "a form"
-- REQUEST: GET /orders/7
-- EXPECT: 200 body contains "one order"
-- REQUEST: GET /orders/7/items
-- EXPECT: 200 body contains "everything else of orders"
-- REQUEST: GET /orders
-- EXPECT: 200 body contains "everything else of orders"
-- REQUEST: GET /files/a/raw
-- EXPECT: 200 body contains "a raw file"
-- REQUEST: GET /files/a/b/raw
-- EXPECT: 404
-- REQUEST: GET /slash
-- EXPECT: 404
-- REQUEST: PURGE /pages/1
-- EXPECT: 200 body contains "purged"

listen "127.0.0.1:8080"

route "GET /orders/new"      { answer = "a form\n" }
route "GET /orders/:id"      { answer = "one order\n" }             -- :id is one segment, and never empty
route "GET,POST /orders/**"  { answer = "everything else of orders\n" }
route "GET /files/*/raw"     { answer = "a raw file\n" }            -- * is one segment without a name
route "GET /slash/"          { answer = "with a slash\n" }          -- another path than /slash
route "PURGE /pages/:number" { answer = "purged\n" }                -- any method may be named

-- A route that could never match, as `route "GET /orders/7" {...}` here, is an error that names both lines.
