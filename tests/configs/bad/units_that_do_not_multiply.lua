-- ERROR: units_that_do_not_multiply.lua:3: expected a number and units (5 * seconds, 10 * megabytes, 60 / minute), got (5 * seconds) * (1 * second)
listen "127.0.0.1:0"
limits { idle = 5 * seconds * seconds }
route "GET /" { answer = "ok\n" }
