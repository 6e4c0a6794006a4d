-- ERROR: cors_origin_with_path.lua:3: cors: origins: expected an origin ("https://app.example.com", "https://*.example.com" or "*"), got "https://app.example.com/"; an origin has no path
listen "127.0.0.1:0"
cors { origins = "https://app.example.com/" } route "GET /" { answer = "ok" }
