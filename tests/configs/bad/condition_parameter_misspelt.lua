-- ERROR: condition_parameter_misspelt.lua:3: route "GET /orders/:order": parameters: the path has no parameter "oder"; did you mean "order"?
listen "127.0.0.1:0"
route "GET /orders/:order" { parameters = { oder = matches "^[0-9]+$" }, answer = "ok" }
