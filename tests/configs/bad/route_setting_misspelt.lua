-- ERROR: route_setting_misspelt.lua:3: route "GET /": unknown setting "anser"; did you mean "answer"?
listen "127.0.0.1:0"
route "GET /" { anser = "ok", answer = "ok" }
