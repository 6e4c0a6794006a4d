-- ERROR: pattern_bomb.lua:3: did not end within 100000000 instructions; does a loop run forever?
listen "127.0.0.1:0"
local s = ("a"):rep(40):find(("a*"):rep(30) .. "b")
