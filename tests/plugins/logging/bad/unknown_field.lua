-- ERROR: unknown_field.lua:3: logging: fields: expected some of time, request_id, client_ip, method, path, query, route, status, reason, detail, caller, owner, tier, upstream, target, attempts, hedged, upstream_status, cache, bytes_received, bytes_sent, duration_ms, upstream_ms, gateway_ms, complete, user_agent, host, scheme, protocol, trace_id, span_id; got "colour"
listen "127.0.0.1:0"
always { logging { fields = { "status", "colour" } } }
route "GET /" { answer = "ok\n" }
