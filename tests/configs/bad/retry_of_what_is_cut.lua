-- ERROR: retry_of_what_is_cut.lua:3: upstream "u": retry: on: expected what comes before an answer, got "cut": the client has a part of it by then
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:9001" }, retry = { on = { "connect", "cut" } } }
