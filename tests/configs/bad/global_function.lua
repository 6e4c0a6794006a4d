-- ERROR: global_function.lua:3: assignment to the global "long"; write: local long
listen "127.0.0.1:0"
function long(request) return #request.query.q > 3 end
route "GET /" { answer = "ok\n" }
