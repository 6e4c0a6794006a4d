-- ERROR: id_prefix_with_blank.lua:3: auth: id_prefix: expected printable ASCII without blanks, got "token "
listen "127.0.0.1:0"
always { auth { method = "jwt", secret = "0123456789abcdef0123456789abcdef", id_prefix = "token " } }
route "GET /" { answer = "ok\n" }
