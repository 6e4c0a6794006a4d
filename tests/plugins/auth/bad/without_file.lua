-- ERROR: without_file.lua:3: auth: file: missing; expected a file's path
listen "127.0.0.1:0"
always { auth { key = header "X-API-Key" } }
route "GET /" { answer = "ok\n" }
