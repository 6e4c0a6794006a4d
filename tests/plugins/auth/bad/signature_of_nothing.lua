-- ERROR: signature_of_nothing.lua:3: auth: components: expected what a signature must cover, got an empty list
listen "127.0.0.1:0"
always { auth { method = "signature", file = "signers", components = {} } }
route "GET /" { answer = "ok\n" }
