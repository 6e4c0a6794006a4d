-- ERROR: memory_bomb.lua:4: uses more than 256 megabytes of memory
listen "127.0.0.1:0"
local t = {}
for i = 1, 1e6 do t[i] = ("x"):rep(100000) .. i end
