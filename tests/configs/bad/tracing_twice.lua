-- ERROR: tracing_twice.lua:4: tracing: already declared in line 3
listen "127.0.0.1:0"
tracing {}
tracing "everything"
