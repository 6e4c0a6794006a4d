-- ERROR: limit_headers_unknown.lua:3: ratelimit: headers: expected true, false or a list of "ietf", "classic", got "clasic"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { rate = 1 / second, headers = "clasic" } } }
