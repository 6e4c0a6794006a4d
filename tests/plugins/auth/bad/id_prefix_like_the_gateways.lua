-- ERROR: id_prefix_like_the_gateways.lua:3: auth: id_prefix: expected one with which no id can begin like those made here ("key-"), got "k"
listen "127.0.0.1:8080"
always { auth { method = "jwt", secret = "0123456789abcdef0123456789abcdef", id_prefix = "k" } }
