-- ERROR: retry_method_with_blank.lua:3: upstream "u": retry: methods: expected methods ("POST"), got "POST, PATCH"
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:9001" }, retry = { methods = { "POST, PATCH" } } }
