-- ERROR: retry_longest_backoff_too_short.lua:3: upstream "u": retry: longest_backoff: expected at least as long as backoff, got 1 * second
listen "127.0.0.1:0"
upstream "u" { targets = { "127.0.0.1:9001" }, retry = { backoff = 2 * seconds, longest_backoff = 1 * second } }
