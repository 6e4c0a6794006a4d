-- ERROR: route_method_in_lower_case.lua:3: route "get /": expected a method in upper case, got "get"
listen "127.0.0.1:0"
route "get /" { answer = "ok" }
