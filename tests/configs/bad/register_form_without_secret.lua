-- ERROR: register_form_without_secret.lua:3: route "POST /register": register: form: expected at most 100 printable ASCII characters without blanks, {id} and {secret} among them once each, got "acme_{id}"
listen "127.0.0.1:0"
route "POST /register" { register = { form = "acme_{id}" } }
