-- ERROR: plugins_that_are_none.lua:3: route "GET /": plugins: expected a plugin, got "logging"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = "logging" }
