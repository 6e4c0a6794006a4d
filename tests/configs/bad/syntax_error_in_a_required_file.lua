-- ERROR: syntax_error_in_a_required_file.lua:6: unknown word "lisen"; did you mean "listen"?
-- ERROR: parts/broken.lua:2: syntax error: unexpected symbol near '='
listen "127.0.0.1:0"
local broken = require "parts.broken"
tier "free" { rate = broken.rate }
lisen "127.0.0.1:0"
require "parts.broken"
