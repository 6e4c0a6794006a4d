-- ERROR: cache_both_lists.lua:3: cache: ignored_parameters: expected either parameters or ignored_parameters, got both
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { parameters = "a", ignored_parameters = "b" } } }
