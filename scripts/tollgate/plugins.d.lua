---@meta tollgate.plugins
-- scripts/tollgate/plugins.d.lua - the plugins as words of routes.lua, for editors that read LuaLS annotations.
-- Written by `tollgate words --annotations` from each plugin's settings. Never run.

---@class tollgate.plugins.auth
---@field method? "key"|"jwt"|"basic"|"certificate"|"ip"|"signature" # what a caller is known by; one of "key", "jwt", "basic", "certificate", "ip", "signature"; default: "key"
---@field optional? boolean # whether a request without a credential passes; true or false; default: false
---@field scopes? string|string[] # scopes that a caller must have, all of them; a list of texts
---@field allow? tollgate.value # function of the request that has the last word on a caller: true lets in; a value
---@field pass_on? string|string[] # headers that tell the upstream of the caller: "X-Caller-Id: id", or owner, tier, scopes, claim NAME; a list of texts
---@field anonymous_tier? string # tier of requests that pass without a credential; a text
---@field hide? boolean # whether the credential is removed before the upstream sees it; true or false; default: true
---@field realm? string # name of what is protected, told in WWW-Authenticate; a text; default: "tollgate"
---@field key? tollgate.value # key, jwt: place of the key or token; unset: X-API-Key, or Authorization if bearer or basic; a value
---@field scheme? "plain"|"bearer"|"basic" # key, jwt: form of the credential there: by itself, "Bearer KEY", or Basic (key alone), as password or user name; jwt without key: always bearer; one of "plain", "bearer", "basic"; default: "plain"
---@field file? string # key: file of hashed keys; basic: of users; certificate: of certificates; signature: of signers; read at start and at each reload; key without it: keys of the database; a file's path
---@field tier? string # certificate, ip: tier of whom they let in; unset: none, and ip lets pass without saying who it is; a text
---@field allow_from? string|string[] # ip: addresses and networks that are let in; unset: all others; a list of texts
---@field deny_from? string|string[] # ip: addresses and networks that are not let in; a list of texts
---@field keys? string # jwt: file of the public keys that tokens are verified with, in PEM or as a JWK set, read as `file` is; a file's path
---@field keys_url? string # jwt: URL of a JWK set, fetched and kept fresh; a text
---@field secret? string # jwt: shared secret of HS256 (32 bytes and more), HS384 and HS512; a text
---@field refresh? tollgate.duration # jwt: longest time between two fetches of keys_url; its max-age may say less; a duration from 1 * second to 1 * week; default: 10 * minutes
---@field retry? tollgate.duration # jwt: shortest time between two fetches of keys_url: after a failure, for an unknown key, by max-age; a duration from 100 * milliseconds to 1 * day; default: 30 * seconds
---@field algorithms? string|string[] # jwt: algorithms that are accepted; unset: those that fit the keys; a list of texts
---@field issuer? string|string[] # jwt: who may have issued a token (iss); unset: anybody; a list of texts
---@field audience? string|string[] # jwt: whom a token must be meant for, one of these (aud); unset: anybody; a list of texts
---@field typ? string|string[] # jwt: types of token that are accepted, by the typ of their header ("at+jwt"); unset: any; a list of texts
---@field leeway? tollgate.duration # jwt, signature: how far clocks may differ; a duration of at most 1 * hour; default: 30 * seconds
---@field expiry_required? boolean # jwt: whether a token without exp is refused; true or false; default: true
---@field id_claim? string # jwt: claim that is the caller's id; a text; default: "sub"
---@field owner_claim? string # jwt: claim that is the caller's owner; a text
---@field tier_claim? string # jwt: claim that is the caller's tier; a text
---@field scope_claims? string|string[] # jwt: claims that hold scopes, a text with blanks between or a list; unset: scope and scp; a list of texts
---@field cache? integer # jwt: verified tokens that each event loop remembers; an integer from 0 to 10000000; default: 10000
---@field id_prefix? string # jwt, basic, signature: what stands before a caller's id, so that names of several methods differ; a text
---@field components? string|string[] # signature: what it must cover; unset: @method, @authority, @path, @query, and content-digest of a body; a list of texts
---@field max_age? tollgate.duration # signature: longest time since it was created; a duration from 1 * second to 1 * day; default: 5 * minutes
---@field replay? "refuse"|"allow" # signature: what becomes of a request that was made before; one of "refuse", "allow"; default: "refuse"
---@field remember? integer # signature: requests that are remembered, of all uses of the file; beyond it signed ones get 503; an integer from 1 to 10000000; default: 100000
---@field largest_body? tollgate.size # signature: longest body that is held to compare it with its digest; a size of at most 1 * gigabyte; default: 1 * megabytes
---@field tag? string # signature: tag of the signature that counts, where there may be several; a text

---finds out who is asking, and lets in who may
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

---@class tollgate.plugins.cache
---@field ttl? tollgate.duration # how long answers are fresh, whatever they say of it themselves; never against no-store, no-cache and private; not for 404, 405, 410, 414 and 501; a duration from 1 * millisecond to 366 * days
---@field default_ttl? tollgate.duration # how long those are fresh that do not say; unset: a tenth of the time since Last-Modified, a day at the most; a duration from 1 * millisecond to 366 * days
---@field negative_ttl? tollgate.duration # the same of 404, 405, 410, 414 and 501; a duration from 1 * millisecond to 366 * days
---@field stale_while_revalidate? tollgate.duration # how long after that an answer is still used while another is sent for, where it does not say; a duration of at most 366 * days
---@field stale_if_error? tollgate.duration # how long after that it is still used where the upstream fails, where it does not say; a duration of at most 366 * days
---@field by? tollgate.value|tollgate.value[] # whose copies are apart from whose: "everyone", caller, or what else tells people apart; unset: each caller has his own, unless the answer says that it is for everyone; a value or a list of them
---@field key? tollgate.value|tollgate.value[] # what tells one answer from another; unset: scheme, host, path, and of the query what the next settings say; a value or a list of them
---@field query? "exact"|"sorted"|"ignored" # whether the query tells answers apart: as it is written, whatever the order of its parameters, or not at all; one of "exact", "sorted", "ignored"; default: "exact"
---@field parameters? string|string[] # parameters of the query that count, and no others do; a list of texts
---@field ignored_parameters? string|string[] # parameters of the query that do not count: "gclid", "utm_*"; a list of texts
---@field statuses? string|string[] # statuses that may be kept, as "200" or "2xx"; unset: all that RFC 9111 allows; a list of texts
---@field bypass? tollgate.value # requests for which this is not empty pass by the cache; a value
---@field set_cookie? boolean # whether answers that set a cookie are kept, cookie and all; true or false; default: false
---@field cookies? boolean # whether requests with cookies share answers that do not say themselves that they are fresh; true or false; default: false
---@field client_directives? "obey"|"ignore" # whether Cache-Control of requests is obeyed; one of "obey", "ignore"; default: "obey"
---@field targeted? string|string[] # fields that are for caches like this one, and then hold instead of Cache-Control and Expires; a list of texts; default: "CDN-Cache-Control"
---@field tags? string|string[] # lines of answers whose words are tags, by which they can be purged; a list of texts; default: { "Cache-Tag", "Surrogate-Key" }
---@field wait? tollgate.duration # how long a request waits for an answer that another one has sent for, before it goes by itself; a duration from 1 * millisecond to 1 * hour; default: 5 * seconds
---@field headers? boolean # whether clients are told: X-Cache, Cache-Status; true or false; default: true
---@field largest? tollgate.size # the longest body that is kept; a size from 1 * byte to 3906250 * kilobytes; default: 1 * megabyte
---@field memory? tollgate.size # what all that is kept takes, with its keys and lines; of uses that share it what the last one says; unset: 64 megabytes; a size from 1000000 * bytes to 976562500 * kilobytes
---@field name? string # name of what is kept, to share it among uses; unset: uses share the memory, and nothing that is in it; a text

---keeps answers and gives them again, as RFC 9111 has it
---@param settings? tollgate.plugins.cache
---@return tollgate.use
function cache(settings) end

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
---@field by? tollgate.value|tollgate.value[] # on whose account a request counts; a value or a list of them; default: caller
---@field rate? tollgate.rate # how many are admitted in a time; unset: the rate of the caller's tier; a rate from 3e-08 / second to 1000000 / second
---@field burst? integer # token bucket: its size; unset: the tier's, else the rate's count; an integer from 1 to 1000000000
---@field algorithm? "token_bucket"|"sliding_window"|"sliding_log"|"fixed_window" # how a rate is held; one of "token_bucket", "sliding_window", "sliding_log", "fixed_window"; default: "token_bucket"
---@field align? "clock"|"first_use" # where windows begin: at the clock's (UTC) or at a key's first request; unset: "clock"; one of "clock", "first_use"
---@field concurrency? integer # requests of one key under way at a time; an integer from 1 to 1000000000
---@field quota? tollgate.rate # how many in a day, a week from Monday or a month, by the calendar in UTC; unset: the quota of the caller's tier; a rate from 3e-08 / second to 1000000 / second
---@field limits? table[] # further limits, each with its own `rate`, `quota` or `concurrency`, `by` and so on; a request is admitted by all or counts at none; a list of tables
---@field ipv4_prefix? integer # bits of a client_ip that count; an integer from 1 to 32; default: 32
---@field ipv6_prefix? integer # the same of IPv6; an integer from 1 to 128; default: 64
---@field cost? tollgate.value # what a request counts; unset: 1; a value
---@field default_rate? tollgate.rate # rate where neither rate nor the caller's tier says one; a rate from 3e-08 / second to 1000000 / second
---@field default_burst? integer # burst to default_rate; unset: the rate's count; an integer from 1 to 1000000000
---@field mode? "enforce"|"shadow"|"delay" # what becomes of requests beyond the limit; shadow: they are counted, and pass; delay: they wait for their turn; one of "enforce", "shadow", "delay"; default: "enforce"
---@field longest_delay? tollgate.duration # mode delay: for how long one may wait, beyond it 429; unset: 1 second; a duration from 1 * millisecond to 10 * minutes
---@field absent? "share"|"skip"|"refuse" # treatment of requests whose key is absent or empty; one of "share", "skip", "refuse"; default: "share"
---@field headers? boolean|string|string[] # lines on every answer: RateLimit and RateLimit-Policy (ietf), X-RateLimit-* (classic); true, false or a list of "ietf", "classic"; default: true
---@field retry_after? boolean # whether a refusal says when to come back; true or false; default: true
---@field name? string # name of the counters, to share them; unset: by and its ordinal; a text
---@field keep? boolean # whether what counts at a quota survives a restart, in the database; true or false; default: true
---@field keys? integer # keys remembered at once, 40 bytes each; an integer from 1 to 1000000000; default: 250000
---@field store? string # where requests are counted: "memory", "redis" (as redis_url says), or a URL of a Redis; a text; default: "memory"
---@field redis_url? string # URL of the store "redis": redis://[user:password@]host[:port][/db], rediss://, redis+unix:///path[?db=0]; a text
---@field redis_authorities? string # certificates in PEM that vouch for a rediss:// URL; unset: the system's; a file's path
---@field redis_timeout? tollgate.duration # how long a request waits for a decision of the Redis; a duration from 1 * millisecond to 1 * minute; default: 20 * milliseconds
---@field redis_prefix? string # what keys in the Redis begin with; a text; default: "ratelimit:"
---@field lease? integer # tokens of a key that this gateway may take from the Redis at once, and hold for a second; unset: none, which is exact; an integer from 2 to 1000000
---@field regions? string|string[] # URLs of Redis servers through which gateways tell each other what they have counted; each decides by itself; a list of texts
---@field region? string # regions: what this gateway is called among the others; unset: the name of the machine; a text
---@field region_every? tollgate.duration # regions: the interval in which they tell each other; unset: 200 milliseconds; a duration from 10 * milliseconds to 1 * minute
---@field region_share? number # regions: the part of a limit that this gateway admits while it cannot hear of all others; unset: all of it; a number from 0.001 to 1
---@field region_secret? string # regions: what keys are hashed with before they are told, the same at all gateways; unset: the limit's name; a text
---@field on_error? "local"|"open"|"closed" # what holds while the Redis does not decide; local: the same limits, counted in memory; open: none; closed: requests are refused with 503; one of "local", "open", "closed"; default: "local"

---refuses callers who ask more often than their limit allows
---@param settings? tollgate.plugins.ratelimit
---@return tollgate.use
function ratelimit(settings) end
