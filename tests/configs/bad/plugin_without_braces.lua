-- ERROR: plugin_without_braces.lua:3: route "GET /": plugins: expected a plugin, got the word "logging" by itself; write: logging { ... }
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { logging } }
