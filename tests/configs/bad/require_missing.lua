-- ERROR: require_missing.lua:4: require: there is no file "parts/tirs.lua" in the folder of require_missing.lua; did you mean "tiers"?
-- ERROR: require_missing.lua:5: upstream "a": targets: missing; expected addresses ({ "10.0.0.11:9001", ... })
listen "127.0.0.1:0"
local tiers = require "parts.tirs"
upstream "a" { plugins = tiers.free }
