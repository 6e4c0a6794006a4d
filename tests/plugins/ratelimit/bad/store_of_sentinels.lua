-- ERROR: store_of_sentinels.lua:4: ratelimit: store: expected the address of one Redis (redis://host:6379), got "redis+sentinel://***@a:26379,b:26379/main"; Sentinel and Cluster are not supported: give the primary's address
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = {
    ratelimit { by = client_ip, rate = 1 / second, store = "redis+sentinel://:secret@a:26379,b:26379/main" },
} }
