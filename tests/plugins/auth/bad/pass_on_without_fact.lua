-- ERROR: pass_on_without_fact.lua:3: auth: pass_on: expected a header and id, owner, tier, scopes or a claim ("X-Caller-Id: id", "X-Mail: claim email"), got "X-Caller-Id"
listen "127.0.0.1:0"
always { auth { method = "ip", allow_from = "10.0.0.0/8", pass_on = { "X-Caller-Id" } } }
route "GET /" { answer = "ok\n" }
