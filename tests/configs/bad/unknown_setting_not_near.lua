-- ERROR: unknown_setting_not_near.lua:3: logging: unknown setting "colour"; there are: format, to
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { logging { colour = true } } }
