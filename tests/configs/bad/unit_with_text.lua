-- ERROR: unit_with_text.lua:3: expected a number and units (5 * seconds, 10 * megabytes, 60 / minute), got "5" * (1 * second)
listen "127.0.0.1:0"
limits { idle = "5" * seconds }
route "GET /" { answer = "ok\n" }
