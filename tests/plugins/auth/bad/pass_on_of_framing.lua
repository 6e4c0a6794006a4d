-- ERROR: pass_on_of_framing.lua:3: auth: pass_on: expected a header and id, owner, tier, scopes or a claim ("X-Caller-Id: id", "X-Mail: claim email"), got "Content-Length: id"
listen "127.0.0.1:0"
always { auth { method = "ip", allow_from = "10.0.0.0/8", pass_on = { "Content-Length: id" } } }
route "GET /" { answer = "ok\n" }
