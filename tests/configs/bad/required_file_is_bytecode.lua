-- ERROR: required_file_is_bytecode.lua:3: require: "parts/bytecode.lua" expected Lua's source text, got compiled bytecode
listen "127.0.0.1:0"
require "parts.bytecode"
