-- ERROR: matches_without_its_end.lua:3: route "GET /": headers: User-Agent: matches: expected a regular expression of RE2, got "(curl": missing ): (curl
listen "127.0.0.1:0"
route "GET /" { headers = { ["User-Agent"] = matches "(curl" }, answer = "ok" }
