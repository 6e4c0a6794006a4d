-- ERROR: infinite_loop_behind_pcall.lua:3: did not end within 100000000 instructions; does a loop run forever?
listen "127.0.0.1:0"
while true do pcall(function() while true do end end) end
