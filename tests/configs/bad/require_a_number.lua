-- ERROR: require_a_number.lua:3: require: expected a name (require "tiers"), got 7
listen "127.0.0.1:0"
require(7)
