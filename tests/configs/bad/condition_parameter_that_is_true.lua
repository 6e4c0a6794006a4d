-- ERROR: condition_parameter_that_is_true.lua:3: route "GET /orders/:id": parameters: id: expected a text, matches "..." or a list of them, got true; a parameter is always there
listen "127.0.0.1:0"
route "GET /orders/:id" { parameters = { id = true }, answer = "ok" }
