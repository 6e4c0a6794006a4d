-- ERROR: mirror_of_answer.lua:4: route "GET /": mirror: expected an upstream that the request itself goes to, got none
listen "127.0.0.1:0"
upstream "shadow" { targets = { "127.0.0.1:9001" } }
route "GET /" { answer = "ok", mirror = { upstream = "shadow" } }
