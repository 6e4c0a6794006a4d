-- 11_tokens.lua - callers with signed tokens (JWT), or else with keys.
--
-- REQUEST: GET /orders/7 Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsImF1ZCI6Im9yZGVycyIsInNjb3BlIjoib3JkZXJzOnJlYWQiLCJleHAiOjQxMDI0NDQ4MDB9.nfr5EwQiNfqJycxcRdIWxYSiEJ0UOrhf_L5OTcuAjO4
-- EXPECT: 200 body contains "GET /orders/7"
-- REQUEST: GET /orders/7 Authorization: Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhbGljZSIsImF1ZCI6Im9yZGVycyIsInNjb3BlIjoib3JkZXJzOnJlYWQiLCJleHAiOjQxMDI0NDQ4MDB9.
-- EXPECT: 401 body contains "token_invalid"
-- REQUEST: GET /orders/7 X-API-Key: lesson-free
-- EXPECT: 200 body contains "GET /orders/7"
-- REQUEST: GET /orders/7
-- EXPECT: 401 body contains "key_missing"
-- REQUEST: DELETE /orders/7 Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsImF1ZCI6Im9yZGVycyIsInNjb3BlIjoib3JkZXJzOnJlYWQiLCJleHAiOjQxMDI0NDQ4MDB9.nfr5EwQiNfqJycxcRdIWxYSiEJ0UOrhf_L5OTcuAjO4
-- EXPECT: 403 body contains "scope_missing"

listen "127.0.0.1:8080"

tier "free"    { rate = 60 / minute, burst = 10 }
tier "premium" { rate = 1200 / minute }

local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }

-- Whoever issues tokens shares this secret with the gateway. Most issuers publish keys instead: say keys = "issuer.pem" (a file)
-- or keys_url = "https://login.example.com/jwks.json" in its place.
local issued = { method = "jwt", secret = "a-secret-of-the-lesson-not-of-yours", audience = "orders" }

local function tokens(more)
    local all = {}
    for name, value in pairs(issued) do all[name] = value end
    for name, value in pairs(more) do all[name] = value end
    return auth(all)
end

-- Two ways in: the first that finds its credential says who asks.
local readers = { tokens { optional = true }, auth { key = header "X-API-Key", file = "keys" } }
local admins  = { tokens { scopes = { "orders:write" } } }

route "DELETE /orders/:id" { upstream = orders, plugins = admins }
route "* /orders/**"       { upstream = orders, plugins = readers }
