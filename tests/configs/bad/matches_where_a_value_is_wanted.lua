-- ERROR: matches_where_a_value_is_wanted.lua:3: ratelimit: by: expected a value (header "X", caller, client_ip, a text, a function, ...), got matches "^a"
listen "127.0.0.1:0"
route "GET /" { plugins = { ratelimit { by = matches "^a", rate = 1 / second } }, answer = "ok" }
