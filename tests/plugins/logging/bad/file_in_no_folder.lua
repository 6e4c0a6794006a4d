-- ERROR: file_in_no_folder.lua:3: logging: to: /no/such/folder: no such file or directory
listen "127.0.0.1:0"
always { logging { to = "/no/such/folder/access.log" } }
route "GET /" { answer = "ok\n" }
