-- ERROR: plugin_file_missing.lua:3: plugin: tests/configs/bad/nowhere/hello.so: cannot be read: No such file or directory
listen "127.0.0.1:0"
plugin "nowhere/hello.so"
route "GET /" { answer = "ok\n" }
