-- ERROR: spool_of_two_keeps.lua:4: logging: database: expected keep of 2592000 s, no keep_rows, spool_size of 268435456 bytes, as at spool_of_two_keeps.lua:3 with the same spool, got no keep, no keep_rows, spool_size of 268435456 bytes
listen "127.0.0.1:0"
always { logging { database = true, keep = 30 * days } }
route "GET /" { answer = "ok\n", plugins = { logging { database = true } } }
