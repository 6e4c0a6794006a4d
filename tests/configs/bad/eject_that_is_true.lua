-- ERROR: eject_that_is_true.lua:3: upstream "u": eject: expected { failures = 5 }, got true
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:1" }, eject = true }
route "GET /" { answer = "ok" }
