-- ERROR: upgrade_without_upstream.lua:3: route "GET /": upgrade: expected an upstream that the request goes to, got none
listen "127.0.0.1:0"
route "GET /" { answer = "ok", upgrade = "websocket" }
