-- ERROR: mistakes_in_required_files.lua:7: tier "free": already declared in parts/tiers.lua:1
-- ERROR: mistakes_in_required_files.lua:8: route "GET /part" is declared twice: parts/mistakes.lua:2 has it already
-- ERROR: parts/mistakes.lua:1: tier "odd": rate: expected a rate (60 / minute) of more than 0, got 60
-- ERROR: parts/mistakes.lua:2: route "GET /part": upstream: there is none called "none"
listen "127.0.0.1:0"
require "parts.tiers" require "parts.mistakes"
tier "free" { rate = 1 / second }
route "GET /part" { answer = "ok" }
