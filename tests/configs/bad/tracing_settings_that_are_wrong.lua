-- ERROR: tracing_settings_that_are_wrong.lua:5: tracing: unknown setting "sampel"; did you mean "sample"?
-- ERROR: tracing_settings_that_are_wrong.lua:5: tracing: sample: expected a number from 0 to 1, got 10
-- ERROR: tracing_settings_that_are_wrong.lua:5: tracing: parent: expected true, false or "trusted", got "trustet"
listen "127.0.0.1:0"
tracing { sample = 10, sampel = 0.1, parent = "trustet" }
