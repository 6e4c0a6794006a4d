-- ERROR: cache_status_unknown.lua:3: cache: statuses: expected a status ("200") or a class of them ("2xx"), got "2x"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { statuses = { "200", "2x" } } } }
