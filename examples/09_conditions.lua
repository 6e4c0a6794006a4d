-- 09_conditions.lua - routes that ask for more than a path: host, headers, query, cookies, parameters, addresses.
--
-- REQUEST: GET /orders/7 Host: lab.example.com
-- EXPECT: 200 body contains "the lab"
-- REQUEST: GET /orders/7 Host: a.lab.example.com:8080
-- EXPECT: 200 body contains "below the lab"
-- REQUEST: GET /orders/7
-- EXPECT: 200 body contains "order by number"
-- REQUEST: GET /orders/last
-- EXPECT: 200 body contains "order by name"
-- REQUEST: GET /home X-Beta: yes
-- EXPECT: 200 body contains "tomorrow's home"
-- REQUEST: GET /home Cookie: group=b
-- EXPECT: 200 body contains "home of group b or c"
-- REQUEST: GET /home
-- EXPECT: 200 body contains "today's home"
-- REQUEST: GET /list?page=2
-- EXPECT: 200 body contains "a page"
-- REQUEST: GET /list?page=two
-- EXPECT: 400 body contains "a number"
-- REQUEST: GET /list
-- EXPECT: 200 body contains "the first page"
-- REQUEST: GET /home User-Agent: curl/8.5.0
-- EXPECT: 200 body contains "plain text"
-- REQUEST: GET /inside
-- EXPECT: 200 body contains "inside"
-- REQUEST: POST /inside
-- EXPECT: 405 Allow: GET, HEAD

listen "127.0.0.1:8080"

-- Without a port, whatever the case. "*." is every name below.
route "* /**" { host = "lab.example.com", answer = "the lab\n" }
route "* /**" { host = "*.lab.example.com", answer = "below the lab\n" }

-- `matches` is a regular expression, found anywhere unless ^ and $ hold it.
route "GET /orders/:id" { parameters = { id = matches "^[0-9]+$" }, answer = "order by number\n" }
route "GET /orders/:id" { answer = "order by name\n" }

-- true: it is there. A list: any of these. All conditions must hold, or the next route is asked.
route "GET /home" { headers = { ["X-Beta"] = true }, answer = "tomorrow's home\n" }
route "GET /home" { cookies = { group = { "b", "c" } }, answer = "home of group b or c\n" }
route "GET /home" { headers = { ["User-Agent"] = matches "(?i)^(curl|wget)/" }, answer = "plain text\n" }
route "GET /home" { answer = "today's home\n" }

-- false: it is not there.
route "GET /list" { query = { page = matches "^[0-9]+$" }, answer = "a page\n" }
route "GET /list" { query = { page = false }, answer = "the first page\n" }
route "GET /list" { answer = { status = 400, body = "page must be a number\n" } }

route "GET /inside" { client_ip = { "127.0.0.0/8", "::1" }, answer = "inside\n" }
