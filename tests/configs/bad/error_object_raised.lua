-- ERROR: error_object_raised.lua:3: failed with an error object (a table value)
listen "127.0.0.1:0"
error { code = 5 }
