-- scripts/demo-upstream.lua - one of the demo's two upstreams: another tollgate, that answers every request itself.

listen("127.0.0.1:" .. env "PORT")

route "* /**" { answer = { body = "hello from " .. env "NAME" .. "\n", headers = { ["X-Upstream"] = env "NAME" } } }
