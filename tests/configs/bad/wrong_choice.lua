-- ERROR: wrong_choice.lua:3: logging: format: expected one of "json", "text", got "jsno"; did you mean "json"?
listen "127.0.0.1:0"
always { logging { format = "jsno" } }
route "GET /" { answer = "ok\n" }
