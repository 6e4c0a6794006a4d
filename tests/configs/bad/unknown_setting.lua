-- ERROR: unknown_setting.lua:3: ratelimit: unknown setting "rates"; did you mean "rate"?
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { rates = 60 / minute } } }
