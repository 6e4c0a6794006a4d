-- ERROR: parts/circle_b.lua:1: require: files that require each other: parts/circle_a.lua, parts/circle_b.lua, parts/circle_a.lua
listen "127.0.0.1:0"
require "parts.circle_a"
