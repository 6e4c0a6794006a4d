-- ERROR: cache_name_of_the_nameless.lua:3: cache: name: expected another name than that of uses without one, got "default"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { name = "default" } } }
