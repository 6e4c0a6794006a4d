-- deploy/image-trial.lua - what deploy/build-image has the image serve: a key from SQLite, and one upstream.
listen "0.0.0.0:8080"
always { logging { to = "stdout" } }
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
route "* /orders/**" { upstream = orders, plugins = auth { key = header "X-API-Key" } }
