-- ERROR: environment_variable_missing.lua:3: env: TOLLGATE_NO_SUCH_VARIABLE is not set and has no default (env("TOLLGATE_NO_SUCH_VARIABLE", "..."))
listen "127.0.0.1:0"
always { logging { to = env "TOLLGATE_NO_SUCH_VARIABLE" } }
route "GET /" { answer = "ok\n" }
