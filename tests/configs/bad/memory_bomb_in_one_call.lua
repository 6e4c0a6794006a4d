-- ERROR: memory_bomb_in_one_call.lua:3: string.rep makes a text of more than 16 megabytes
listen "127.0.0.1:0"
local s = ("x"):rep(1e9)
