-- ERROR: response_headers_misspelt.lua:3: response_headers: unknown setting "sets"; did you mean "set"?
listen "127.0.0.1:0"
response_headers { sets = {} } route "GET /" { answer = "ok" }
