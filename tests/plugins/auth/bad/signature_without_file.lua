-- ERROR: signature_without_file.lua:3: auth: file: missing; expected a file's path
listen "127.0.0.1:0"
always { auth { method = "signature" } }
route "GET /" { answer = "ok\n" }
