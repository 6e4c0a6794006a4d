-- ERROR: signature_of_no_component.lua:3: auth: components: expected "@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query" or a header's name in lower case, got "Date"
listen "127.0.0.1:0"
always { auth { method = "signature", file = "signers", components = { "@method", "Date" } } }
route "GET /" { answer = "ok\n" }
