-- ERROR: listen_without_port.lua:2: listen: expected "host:port", "[ipv6]:port" or "unix:/path", got "127.0.0.1"
listen "127.0.0.1"
route "GET /" { answer = "ok\n" }
