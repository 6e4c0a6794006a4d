---@meta tollgate
-- scripts/tollgate/words.d.lua - the words of routes.lua, for editors that read LuaLS annotations. Never run.
-- Written by `tollgate words --annotations`: change core/config/vocabulary.cpp instead.

-- Units calculate from both sides (5 * seconds, 60 / minute), which annotations can say of the left side only: hence
-- `|number`. A bare number is still an error of the configuration.

---A time: `5 * seconds`, `1.5 * minutes + 200 * milliseconds`.
---@class tollgate.time
---@operator mul(number): tollgate.time
---@operator add(tollgate.time): tollgate.time
---@operator sub(tollgate.time): tollgate.time
---@operator div(number): tollgate.time
---@alias tollgate.duration tollgate.time|number

---A size: `10 * megabytes`.
---@class tollgate.bytes
---@operator mul(number): tollgate.bytes
---@operator add(tollgate.bytes): tollgate.bytes
---@operator sub(tollgate.bytes): tollgate.bytes
---@operator div(number): tollgate.bytes
---@alias tollgate.size tollgate.bytes|number

---So many in so much time: `60 / minute`.
---@alias tollgate.rate number

---What a request carries: `header "X-API-Key"`, `caller`.
---@class tollgate.fact

---What may vary per request.
---@alias tollgate.value string|number|tollgate.fact|fun(request: tollgate.request): string|number|nil

---A use of a plugin, or lists of them.
---@class tollgate.use
---What `upstream` returned.
---@class tollgate.upstream_handle
---@alias tollgate.uses tollgate.use|(tollgate.use|tollgate.use[])[]

---@class tollgate.admin
---@field listen? string # address of the listener; default: "127.0.0.1:9180"
---@field token? string # what `Authorization: Bearer` must bring; required beyond loopback; default: none
---@field token_file? string # file whose first line is the token, instead of `token`; default: none
---@field hosts? string|string[] # names a Host line may have besides loopback and the address; default: none

---@class tollgate.answer
---@field headers? table<string, string|string[]> # header lines: names with a text or a list of texts
---@field status? integer # status code: an integer from 200 to 599; default: 200
---@field body? string # the body: a text

---@class tollgate.limits
---@field request_line? tollgate.size # longest request line, beyond it 414: a size (10 * megabytes) from 256 * bytes to 1 * megabyte; default: 8 * kilobytes
---@field headers? tollgate.size # largest head of a request, beyond it 431: a size (10 * megabytes) from 512 * bytes to 16 * megabytes; default: 32 * kilobytes
---@field header_count? integer # most header lines, beyond it 431: an integer from 1 to 10000; default: 100
---@field body? tollgate.size # largest body of a request, beyond it 413: a size (10 * megabytes) of at most 1024 * gigabytes; default: 100 * megabytes
---@field header_time? tollgate.duration # from a head's first byte to its last, beyond it 408: a duration (5 * seconds) from 10 * milliseconds to 1 * day; default: 10 * seconds
---@field body_time? tollgate.duration # between two pieces of a body, beyond it 408: a duration (5 * seconds) from 10 * milliseconds to 1 * day; default: 30 * seconds
---@field send_time? tollgate.duration # how long a client may take nothing of its answer before it is cut: a duration (5 * seconds) from 10 * milliseconds to 1 * day; default: 30 * seconds
---@field idle? tollgate.duration # between two requests of a connection, then it is closed: a duration (5 * seconds) from 10 * milliseconds to 1 * day; default: 60 * seconds
---@field connections? integer # connections of clients over all loops, beyond them 503: an integer from 1 to 10000000; default: 50000
---@field drain? tollgate.duration # what a stop grants requests under way: a duration (5 * seconds) of at most 1 * day; default: 30 * seconds

---@class tollgate.route_limits
---@field body? tollgate.size # largest body of a request here: a size (10 * megabytes) of at most 1024 * gigabytes

---@class tollgate.request
---@field method string # its method
---@field path string # its path, normalised, without query
---@field host string # the host it names
---@field scheme "http"|"https" # how it came
---@field client_ip string # the client's address
---@field route string # the route as written; in a `when`, the one that is asked
---@field caller string # who asks, once an auth plugin has said so
---@field tier string # the caller's tier
---@field headers table<string, string> # header lines by name, whatever its case; absent is ""
---@field query table<string, string> # query parameters, decoded; absent is ""
---@field cookies table<string, string> # cookies; absent is ""
---@field parameters table<string, string> # what `:name`, `*` and `**` took from the path, decoded

---@class tollgate.route
---@field upstream? tollgate.upstream_handle|string # where the request goes: what `upstream` returned, or a name of one
---@field answer? string|tollgate.answer # the answer itself; a text is the body of a 200
---@field plugins? tollgate.uses # plugins that the request meets, outermost first; lists in it flatten; default: none
---@field when? fun(request: tollgate.request): any # function of the request; where it returns false or nothing the next route that matches is asked
---@field limits? tollgate.route_limits # limits of this route instead of the general ones

---@class tollgate.target
---@field [1] string # its address
---@field weight? integer # its share of the requests: an integer from 1 to 65535; default: 1

---@class tollgate.tier
---@field rate? tollgate.rate # requests in a time: a rate (60 / minute) of more than 0
---@field burst? integer # most requests at once: an integer from 1 to 1000000000
---@field quota? tollgate.rate # requests in a long time: a rate (60 / minute) of more than 0

---@class tollgate.upstream
---@field targets tollgate.target|(string|tollgate.target)[] # addresses that serve the same: "host:port", "[ipv6]:port", "unix:/path", or { "host:port", weight = 2 }
---@field balance? tollgate.use # plugin that chooses a target; default: the first target that is available
---@field plugins? tollgate.uses # more plugins for every route that goes here; they come last; default: none
---@field timeout? tollgate.duration # request sent to the whole head of the answer: a duration (5 * seconds) from 1 * millisecond to 1 * day; default: 30 * seconds
---@field connect_timeout? tollgate.duration # time for a connection: a duration (5 * seconds) from 1 * millisecond to 1 * day; default: 2 * seconds
---@field idle_timeout? tollgate.duration # between two pieces of the answer's body: a duration (5 * seconds) from 1 * millisecond to 1 * day; default: 30 * seconds
---@field keep_alive? integer # idle connections kept per event loop and target: an integer from 0 to 100000; default: 512
---@field keep_alive_time? tollgate.duration # how long an idle connection is kept: a duration (5 * seconds) from 1 * millisecond to 1 * day; default: 60 * seconds
---@field preserve_host? boolean # whether the client's Host goes on; if not, the target's address does: true or false; default: true

---@type tollgate.time
millisecond = nil

---@type tollgate.time
milliseconds = nil

---@type tollgate.time
second = nil

---@type tollgate.time
seconds = nil

---@type tollgate.time
minute = nil

---@type tollgate.time
minutes = nil

---@type tollgate.time
hour = nil

---@type tollgate.time
hours = nil

---@type tollgate.time
day = nil

---@type tollgate.time
days = nil

---@type tollgate.time
month = nil

---@type tollgate.time
months = nil

---@type tollgate.bytes
byte = nil

---@type tollgate.bytes
bytes = nil

---@type tollgate.bytes
kilobyte = nil

---@type tollgate.bytes
kilobytes = nil

---@type tollgate.bytes
megabyte = nil

---@type tollgate.bytes
megabytes = nil

---@type tollgate.bytes
gigabyte = nil

---@type tollgate.bytes
gigabytes = nil

---A variable of the environment, as text; an error where it is not set and has no default.
---@param name string
---@param default? any
---@return string
function env(name, default) end

---Where clients come in: `listen "127.0.0.1:8080"`.
---@param it string|string[]
function listen(it) end

---Where operators ask: metrics, health, reload.
---@param it string|false|tollgate.admin
function admin(it) end

---How much callers of one kind may ask.
---@param name string
---@return fun(settings: tollgate.tier)
function tier(name) end

---A named group of targets that serve the same.
---@param name string
---@return fun(settings: tollgate.upstream): tollgate.upstream_handle
function upstream(name) end

---`route "GET /orders/:id" { ... }`: the first one that matches wins.
---@param name string
---@return fun(settings: tollgate.route)
function route(name) end

---Plugins that every request meets, before those of its route.
---@param it tollgate.uses
function always(it) end

---What one client may take.
---@param it tollgate.limits
function limits(it) end

---Whose X-Forwarded-* lines are believed.
---@param it string|string[]
function trusted_proxies(it) end

---Loads a library; what it holds is a word from then on.
---@param it string
function plugin(it) end

---The first header line of that name.
---@param it string
---@return tollgate.fact
function header(it) end

---The query parameter of that name, decoded.
---@param it string
---@return tollgate.fact
function query(it) end

---The cookie of that name.
---@param it string
---@return tollgate.fact
function cookie(it) end

---Who asks, as an auth plugin found out.
---@type tollgate.fact
caller = nil

---The client's address.
---@type tollgate.fact
client_ip = nil

---The request's method.
---@type tollgate.fact
method = nil

---The request's path, normalised.
---@type tollgate.fact
path = nil

---The host that the request names.
---@type tollgate.fact
host = nil
