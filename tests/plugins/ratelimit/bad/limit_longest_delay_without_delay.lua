-- ERROR: limit_longest_delay_without_delay.lua:3: ratelimit: longest_delay: expected it with the mode "delay" only, got the mode "enforce"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { rate = 100 / minute, longest_delay = 1 * second } } }
