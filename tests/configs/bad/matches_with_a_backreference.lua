-- ERROR: matches_with_a_backreference.lua:3: route "GET /": query: q: matches: expected a regular expression of RE2, got "(a)\1": invalid escape sequence: \1
listen "127.0.0.1:0"
route "GET /" { query = { q = matches "(a)\\1" }, answer = "ok" }
