-- ERROR: store_of_several_hosts.lua:4: ratelimit: store: expected one host, got "redis://a:6379,b:6379"; Sentinel and Cluster are not supported: give the primary's address
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, rate = 1 / second, store = "redis://a:6379,b:6379" },
} }
