-- ERROR: cache_larger_than_its_memory.lua:3: cache: largest: expected at most half of memory, got 10485760 of 16777216 bytes
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { largest = 10 * megabytes, memory = 16 * megabytes } } }
