-- ERROR: misspelt_plugin.lua:3: unknown word "ratelimt"; did you mean "ratelimit"?
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimt { rate = 60 / minute } } }
