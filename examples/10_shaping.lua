-- 10_shaping.lua - requests and answers that change on their way: paths, headers, failures in your own words, CORS.
--
-- REQUEST: GET /api/orders/7?full=1
-- EXPECT: 200 body contains "GET /v2/orders/7?full=1"
-- REQUEST: GET /shops/berlin/stock
-- EXPECT: 200 body contains "GET /stock?shop=berlin"
-- REQUEST: GET /old/7
-- EXPECT: 301 Location: /api/orders/7
-- REQUEST: GET /api/orders/7
-- EXPECT: 200 X-Frame-Options: DENY
-- REQUEST: GET /nowhere
-- EXPECT: 400 body contains "{\"detail\":\"There is no such API.\"}"
-- REQUEST: GET /nowhere
-- EXPECT: 400 X-Frame-Options: DENY
-- REQUEST: GET /members
-- EXPECT: 401 body contains "Missing X-API-Key header"
-- REQUEST: GET /api/orders/7 Origin: https://app.example.com
-- EXPECT: 200 Access-Control-Allow-Origin: https://app.example.com
-- REQUEST: GET /envelope
-- EXPECT: 200 body contains "content"
-- REQUEST: GET /envelope
-- EXPECT: 200 Content-Type: application/json

listen "127.0.0.1:8080"

tier "free"    { rate = 60 / minute }
tier "premium" { rate = 1200 / minute }

local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }

-- What stands here holds for every route and for requests that none takes.
response_headers { set = { ["X-Frame-Options"] = "DENY" }, remove = { "Server" } }
cors { origins = { "https://*.example.com" }, credentials = true }
errors {
    no_route = { status = 400, body = '{"detail":"There is no such API."}', type = "application/json" },
    ["5xx"]  = { body = "<h1>${status}</h1><p>${message}</p>", type = "text/html", headers = { ["Retry-After"] = "5" } },
}

-- What stands in a route holds there, and wins.
route "* /api/**" {
    upstream        = orders,
    rewrite         = { strip = "/api", prefix = "/v2" },
    request_headers = { set = { ["X-Client"] = client_ip }, remove = { "Cookie" } },
}
route "GET /shops/:shop/:what" { upstream = orders, rewrite = "/:what?shop=:shop" }
route "GET /old/:id"           { redirect = { to = "/api/orders/:id", status = 301 } }

route "GET /members" {
    answer  = "welcome\n",
    plugins = auth { key = header "X-API-Key", file = "keys" },
    errors  = { [401] = { body = '{"detail":"Missing X-API-Key header"}', type = "application/json" } },
}

-- A function may change an answer; one that says how large a body it reads gets the body too.
route "GET /envelope" {
    upstream = orders,
    response = { body = 64 * kilobytes, change = function(response)
        response.headers["Content-Type"] = "application/json"
        response.body = json.encode { status = response.status, milliseconds = response.time,
                                      content = response.body or "" }
    end },
}
