-- ERROR: cache_ignored_with_parameters.lua:3: cache: query: expected "exact" or "sorted" beside a list of parameters, got "ignored"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { query = "ignored", parameters = "a" } } }
