-- ERROR: limit_unknown.lua:3: limits: unknown setting "max_body"; there are: request_line, headers, header_count, body, header_time, body_time, send_time, idle, upgrade_idle, handshake_time, handshakes, connections, drain
listen "127.0.0.1:0"
limits { max_body = 10 * megabytes }
route "GET /" { answer = "ok\n" }
