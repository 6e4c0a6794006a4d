---@meta tollgate.plugins
-- scripts/tollgate/plugins.d.lua - the plugins as words of routes.lua, for editors that read LuaLS annotations.
-- Written by `tollgate words --annotations` from each plugin's settings. Never run.

---@class tollgate.plugins.auth
---@field key? tollgate.value # place of the key; unset: X-API-Key, Authorization if bearer; a value
---@field scheme? "plain"|"bearer" # form of the key there: by itself, or "Bearer KEY"; one of "plain", "bearer"; default: "plain"
---@field file string # file of hashed keys, read at start and at each reload; a file's path
---@field optional? boolean # whether a request without a key passes as anonymous; true or false; default: false
---@field hide? boolean # whether the key is removed before the upstream sees it; true or false; default: true
---@field realm? string # name of what is protected, told in WWW-Authenticate; a text; default: "tollgate"

---lets in who has a key, and says who it is
---@param settings? tollgate.plugins.auth
---@return tollgate.use
function auth(settings) end

---@class tollgate.plugins.balancer
---@field policy? "round_robin"|"weighted"|"least_requests"|"ewma"|"consistent_hash" # how targets share the requests; one of "round_robin", "weighted", "least_requests", "ewma", "consistent_hash"; default: "round_robin"
---@field choose? tollgate.value # address of the target to take; where none can be had the policy decides; a value
---@field by? tollgate.value # what requests go by, with consistent_hash; a value
---@field bound? number # how many times its share of the requests under way a target may have, with consistent_hash; a number from 1.01 to 100
---@field decay? tollgate.duration # time in which a slow answer is forgotten by two thirds, with ewma; a duration from 100 * milliseconds to 1 * hour; default: 10 * seconds
---@field sticky? string # name of the cookie that keeps a client with its target; a text
---@field sticky_secret? string # what the cookie's value is made with, the same in all gateways; at least 16 characters; a text
---@field sticky_time? tollgate.duration # how long the browser keeps the cookie; else until it ends; a duration from 1 * second to 400 * days
---@field sticky_path? string # path of the cookie; a text; default: "/"
---@field sticky_domain? string # domain of the cookie; else the host that was asked; a text
---@field sticky_same_site? "lax"|"strict"|"none" # SameSite of the cookie; one of "lax", "strict", "none"; default: "lax"
---@field sticky_secure? boolean # whether the cookie is Secure; else if the request came by https; true or false

---shares the requests of an upstream among its targets
---@param settings? tollgate.plugins.balancer
---@return tollgate.use
function balancer(settings) end

---@class tollgate.plugins.logging
---@field format? "json"|"text" # form of a line; one of "json", "text"; default: "json"
---@field to? string # "stdout", "stderr" or a file that is appended to; a file's path; default: "stdout"
---@field fields? string|string[] # members of a line; unset: all but query; a list of texts
---@field query? boolean # whether a line has the query, which may hold secrets; true or false; default: false
---@field ring? tollgate.size # bytes of lines per event loop that may wait; a size from 256 * kilobytes to 1 * gigabyte; default: 1 * megabytes

---writes a line for every request
---@param settings? tollgate.plugins.logging
---@return tollgate.use
function logging(settings) end

---@class tollgate.plugins.ratelimit
---@field by? tollgate.value # whose bucket a request draws on; a value; default: caller
---@field rate? tollgate.rate # refill of a bucket; unset: the rate of the caller's tier; a rate from 3e-08 / second to 1000000 / second
---@field burst? integer # size of a bucket; unset: the tier's, else the rate's count; an integer from 1 to 1000000000
---@field cost? tollgate.value # tokens a request takes; unset: 1; a value
---@field default_rate? tollgate.rate # rate where neither rate nor the caller's tier says one; a rate from 3e-08 / second to 1000000 / second
---@field default_burst? integer # burst to default_rate; unset: the rate's count; an integer from 1 to 1000000000
---@field absent? "share"|"skip"|"refuse" # treatment of requests whose key is absent or empty; one of "share", "skip", "refuse"; default: "share"
---@field headers? boolean # X-RateLimit-* lines on every answer; true or false; default: true
---@field name? string # name of the buckets, to share them; unset: by and its ordinal; a text
---@field keys? integer # keys remembered at once, 40 bytes each; an integer from 1 to 1000000000; default: 250000

---refuses callers who ask more often than their limit allows
---@param settings? tollgate.plugins.ratelimit
---@return tollgate.use
function ratelimit(settings) end
