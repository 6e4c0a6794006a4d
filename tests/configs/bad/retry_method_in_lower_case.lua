-- ERROR: retry_method_in_lower_case.lua:3: upstream "u": retry: methods: expected a method in upper case, got "post"; did you mean "POST"?
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:9001" }, retry = { methods = { "post", "merge" } } }
