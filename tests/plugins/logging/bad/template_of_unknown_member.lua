-- ERROR: template_of_unknown_member.lua:3: logging: logs: 2: template: expected words with members in braces ({status}, {header:Referer}), got {colour}
listen "127.0.0.1:0"
always { logging { logs = { { to = "stdout" }, { to = "stderr", template = "{status} {colour}" } } } }
route "GET /" { answer = "ok\n" }
