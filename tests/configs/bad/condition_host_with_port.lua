-- ERROR: condition_host_with_port.lua:3: route "GET /": host: expected a host like "api.example.com" or "*.example.com", got "api.example.com:8080"; the port is never compared
listen "127.0.0.1:0"
route "GET /" { host = "api.example.com:8080", answer = "ok" }
