-- ERROR: matches_that_would_be_huge.lua:3: route "GET /": query: q: matches: expected a regular expression of RE2, got "((a{99}){99}){99}": invalid repetition size: {99}
listen "127.0.0.1:0"
route "GET /" { query = { q = matches "((a{99}){99}){99}" }, answer = "ok" }
