-- ERROR: parts/failing.lua:2: attempt to index local 'nothing' (a nil value)
listen "127.0.0.1:0"
require "parts.failing"
