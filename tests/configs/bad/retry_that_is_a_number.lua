-- ERROR: retry_that_is_a_number.lua:3: upstream "u": retry: expected { attempts = 3 } or false, got 3
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:9001" }, retry = 3 }
