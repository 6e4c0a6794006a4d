-- ERROR: infinite_loop.lua:3: did not end within 100000000 instructions; does a loop run forever?
listen "127.0.0.1:0"
while true do end
