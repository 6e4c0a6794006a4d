-- ERROR: unknown_word.lua:3: unknown word "rout"; did you mean "route"?
listen "127.0.0.1:0"
rout "GET /" { answer = "ok" }
