-- ERROR: jwt_without_id_claim.lua:3: auth: id_claim: expected the name of a claim, got ""
listen "127.0.0.1:0"
always { auth { method = "jwt", secret = "0123456789abcdef0123456789abcdef", id_claim = "" } }
route "GET /" { answer = "ok\n" }
