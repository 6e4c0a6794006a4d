-- ERROR: unknown_plugin.lua:3: unknown word "jwt"; loaded plugins: auth, balancer, cache, logging, probe, ratelimit
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { jwt { key = header "Authorization" } } }
