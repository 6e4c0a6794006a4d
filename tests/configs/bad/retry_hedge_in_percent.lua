-- ERROR: retry_hedge_in_percent.lua:3: upstream "u": retry: hedge: expected a duration (50 * milliseconds) from 1 * millisecond to 1 * day or a share (0.95) from 0.5 to 0.999, got 95
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:9001" }, retry = { hedge = 95 } }
