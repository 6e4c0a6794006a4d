-- ERROR: retry_setting_misspelt.lua:3: upstream "u": retry: unknown setting "attempt"; did you mean "attempts"?
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:9001" }, retry = { attempt = 3 } }
