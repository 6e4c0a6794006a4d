-- ERROR: cors_without_origins.lua:3: cors: origins: missing; expected a list of texts
listen "127.0.0.1:0"
cors { credentials = true } route "GET /" { answer = "ok" }
