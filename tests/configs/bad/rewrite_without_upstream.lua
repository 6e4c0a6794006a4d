-- ERROR: rewrite_without_upstream.lua:3: route "GET /x": rewrite: expected an upstream that the request goes to, got none
listen "127.0.0.1:0"
route "GET /x" { answer = "ok", rewrite = "/y" }
