-- ERROR: limit_quota_of_a_second.lua:3: ratelimit: quota: expected so many in a day, a week or a month (10000 / month), got a time of 1 s; that is a rate
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { quota = 100 / second } } }
