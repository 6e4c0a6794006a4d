-- ERROR: require_with_extension.lua:3: require: expected a file below this one's folder, without ".lua" (require "tiers", require "shared.tiers"), got "parts.tiers.lua"
listen "127.0.0.1:0"
require "parts.tiers.lua"
