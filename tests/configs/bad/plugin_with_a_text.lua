-- ERROR: plugin_with_a_text.lua:3: logging: expected { ... } with its settings, got "stdout"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { logging "stdout" } }
