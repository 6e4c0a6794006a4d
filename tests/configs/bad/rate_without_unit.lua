-- ERROR: rate_without_unit.lua:3: ratelimit: rate: expected a rate (60 / minute) of more than 0, got 600
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { rate = 600 } } }
