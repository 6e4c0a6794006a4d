-- 01_hello.lua - the smallest gateway: one address to listen on, one route that answers by itself.
--
-- REQUEST: GET /hello
-- EXPECT: 200 body contains "hello, world"
-- REQUEST: HEAD /hello
-- EXPECT: 200 Content-Type: text/plain; charset=utf-8
-- REQUEST: GET /old
-- EXPECT: 301 Location: /hello
-- REQUEST: GET /nowhere
-- EXPECT: 404
-- REQUEST: POST /hello
-- EXPECT: 405 Allow: GET, HEAD

listen "127.0.0.1:8080"

-- A text is the body of a 200; what takes GET takes HEAD as well.
route "GET /hello" { answer = "hello, world\n" }

-- Or say everything. Names that are no plain words are written in brackets.
route "GET /old"   { answer = { status = 301, headers = { Location = "/hello", ["Cache-Control"] = "no-store" } } }
