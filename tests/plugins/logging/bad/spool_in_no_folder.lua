-- ERROR: spool_in_no_folder.lua:3: logging: spool: /no/such: no such file or directory
listen "127.0.0.1:0"
always { logging { database = true, spool = "/no/such/spool" } }
route "GET /" { answer = "ok\n" }
