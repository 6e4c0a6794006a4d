-- ERROR: jwt_scheme_basic.lua:4: auth: scheme: expected "plain" or "bearer" for a token, got "basic"
listen "127.0.0.1:0"
always {
    auth { method = "jwt", secret = "a shared secret that is long enough", key = header "X-Token", scheme = "basic" },
}
route "GET /" { answer = "ok\n" }
