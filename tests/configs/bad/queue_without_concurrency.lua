-- ERROR: queue_without_concurrency.lua:4: upstream "a": queue: expected concurrency beside it, got none
-- ERROR: queue_without_concurrency.lua:5: upstream "b": queue_time: expected a queue of at least 1 beside it, got none
listen "127.0.0.1:0"
upstream "a" { targets = { "127.0.0.1:9001" }, queue = 10, queue_time = 2 * seconds }
upstream "b" { targets = { "127.0.0.1:9001" }, concurrency = 10, queue_time = 2 * seconds }
route "GET /" { answer = "ok\n" }
