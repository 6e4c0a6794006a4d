-- ERROR: matches_without_a_text.lua:3: matches: expected a regular expression (matches "^a"), got {}
listen "127.0.0.1:0"
local curl = matches {}
route "GET /" { headers = { ["User-Agent"] = curl }, answer = "ok" }
