-- ERROR: syntax_error.lua:4: syntax error: '}' expected (to close '{' at line 3) near 'route'
listen "127.0.0.1:0"
route "GET /" { answer = "ok"
route "GET /b" { answer = "ok" }
