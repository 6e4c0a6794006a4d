-- ERROR: retry_hedge_without_attempts.lua:3: upstream "u": retry: hedge: expected attempts of at least 2 with it, got 1
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:9001" }, retry = { attempts = 1, hedge = 0.95 } }
