-- ERROR: error_raised.lua:3: not today
listen "127.0.0.1:0"
error("not today")
