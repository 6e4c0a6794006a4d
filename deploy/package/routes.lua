-- /etc/tollgate/routes.lua - what Tollgate serves. The first route that matches wins.
--
--   tollgate check /etc/tollgate/routes.lua        finds every mistake
--   systemctl reload tollgate                      takes it up; what is wrong changes nothing
--
-- All words: man tollgate-routes.lua. Examples: /usr/share/doc/tollgate/examples.

listen "127.0.0.1:8080"   -- "0.0.0.0:80" once there is something to serve
admin  "127.0.0.1:9180"   -- metrics, health, the dashboard

database "sqlite:/var/lib/tollgate/tollgate.db"

always { logging { format = "json", to = "stdout" } }   -- journalctl -u tollgate

-- local app = upstream "app" {
--     targets = { "127.0.0.1:3000" },
--     health  = { path = "/health", every = 5 * seconds },
-- }
--
-- route "* /api/**" {
--     upstream = app,
--     plugins  = { auth { key = header "X-API-Key" }, ratelimit { by = caller, rate = 600 / minute } },
-- }

route "GET /healthz" { answer = "ok\n" }
