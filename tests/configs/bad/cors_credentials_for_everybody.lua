-- ERROR: cors_credentials_for_everybody.lua:3: cors: credentials: expected origins with names, since anybody's page could use its reader's cookies; got "*"
listen "127.0.0.1:0"
cors { origins = "*", credentials = true } route "GET /" { answer = "ok" }
