-- ERROR: route_other_limit.lua:3: route "POST /": limits: unknown setting "headers"; there are: body
listen "127.0.0.1:0"
route "POST /" { answer = "ok", limits = { headers = 1 * kilobytes } }
