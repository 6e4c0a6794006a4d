-- ERROR: register_wrong_type.lua:3: route "POST /register": register: expected { tier = "..." }, got "free"
listen "127.0.0.1:0"
route "POST /register" { register = "free" }
