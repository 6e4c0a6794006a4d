-- ERROR: reaches_outside.lua:6: unknown word "os"; loaded plugins: auth, balancer, cache, logging, probe, ratelimit
-- ERROR: reaches_outside.lua:7: unknown word "io"; loaded plugins: auth, balancer, cache, logging, probe, ratelimit
-- ERROR: reaches_outside.lua:8: unknown word "load"; loaded plugins: auth, balancer, cache, logging, probe, ratelimit
-- ERROR: reaches_outside.lua:9: require: there is no file "os.lua" in the folder of reaches_outside.lua
listen "127.0.0.1:0"
os.execute("true")
io.open("/etc/passwd")
load("return 1")
require "os"
route "GET /" { answer = "ok\n" }
