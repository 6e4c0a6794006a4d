-- ERROR: environment_tampering.lua:4: unknown word "setmetatable"; loaded plugins: auth, balancer, cache, logging, probe, ratelimit
-- ERROR: environment_tampering.lua:5: unknown word "getfenv"; loaded plugins: auth, balancer, cache, logging, probe, ratelimit
listen "127.0.0.1:0"
setmetatable({}, {})
local s = getfenv(1)
route "GET /" { answer = "ok\n" }
