-- ERROR: condition_query_that_is_a_function.lua:3: route "GET /": query: page: expected a text, matches "...", true, false or a list of them, got a function; functions are for when
listen "127.0.0.1:0"
route "GET /" { query = { page = function(page) return page end }, answer = "ok" }
