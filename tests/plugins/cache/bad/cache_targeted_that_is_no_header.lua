-- ERROR: cache_targeted_that_is_no_header.lua:3: cache: targeted: expected a header's name, got "Tollgate:"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { targeted = "Tollgate:" } } }
