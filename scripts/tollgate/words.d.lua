---@meta tollgate
-- scripts/tollgate/words.d.lua - the words of routes.lua, for editors that read LuaLS annotations. Never run.
-- Written by `tollgate words --annotations`: change core/config/*vocabulary.cpp instead.

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

---What `matches` returned.
---@class tollgate.pattern

---What a condition of a route wants of a text: equal, there or not, one of several, found in it.
---@alias tollgate.condition string|boolean|tollgate.pattern|(string|tollgate.pattern)[]

---What clients are told: a body, more than that, or a function.
---@alias tollgate.told string|tollgate.error_answer|fun(failure: tollgate.failure, request: tollgate.request): string|tollgate.error_answer|nil

---By status, by class ("4xx", "5xx"), by reason, or `any`.
---@alias tollgate.errors table<string|integer, tollgate.told>

---A use of a plugin, or lists of them.
---@class tollgate.use
---What `upstream` returned.
---@class tollgate.upstream_handle
---What `split` returned.
---@class tollgate.split_handle
---@alias tollgate.uses tollgate.use|(tollgate.use|tollgate.use[])[]

---@class tollgate.admin
---@field listen? string # address of the listener; default: "127.0.0.1:9180"
---@field token? string # what `Authorization: Bearer` must bring; required beyond loopback; default: none
---@field token_file? string # file whose first line is the token, instead of `token`; default: none
---@field hosts? string|string[] # names a Host line may have besides loopback and the address; default: none
---@field services? table<string, tollgate.service> # programs that operators may have run, by the name of what they restart; default: none
---@field audit? string # file that gets a line of JSON for each request that changes something, or was refused to; a file's path

---@class tollgate.answer
---@field headers? table<string, string|string[]> # header lines: names with a text or a list of texts
---@field status? integer # status code; an integer from 200 to 599; default: 200
---@field body? string # the body; a text

---@class tollgate.branch
---@field [1] tollgate.upstream_handle|string # what `upstream` returned, or its name
---@field weight? number # its share, compared with the others'; 0: it gets none; a number from 0 to 1000000; default: 1

---@class tollgate.breaker
---@field on? string|integer|(string|integer)[] # what is a failure: "connect", "reset", "timeout", "garbage", "cut", statuses from 400 to 599, "4xx", "5xx"; default: { "connect", "reset", "timeout", "garbage", "cut", 500, 502, 503, 504 }
---@field failures? integer # attempts in a row that fail; 0: however many; an integer from 0 to 1000000; default: 5
---@field error_rate? number # share of the attempts within the window that fail; 0: whatever share; a number from 0 to 1; default: 0
---@field minimum? integer # attempts within the window below which no share counts; an integer from 1 to 1000000; default: 20
---@field window? tollgate.duration # the time that the share is of; a duration from 100 * milliseconds to 1 * hour; default: 10 * seconds
---@field open? tollgate.duration # how long nothing gets through, before it is half-open; a duration from 10 * milliseconds to 1 * day; default: 10 * seconds
---@field half_open? integer # attempts at a time that may try, while it is half-open, and how many of them must succeed to close it; an integer from 1 to 1000; default: 1
---@field scope? "target"|"upstream"|"both" # what has one: each target, the upstream as a whole, or both; one of "target", "upstream", "both"; default: "target"

---@class tollgate.certificate
---@field certificate string # file of the certificate and those between it and its authority, in PEM; a file's path
---@field key string # file of its private key, in PEM, without a password; a file's path

---@class tollgate.cors
---@field origins string|string[] # origins whose pages may read answers, or "*"; a list of texts
---@field methods? string|string[] # methods they may use; unset: those that the path's routes take; a list of texts
---@field headers? string|string[] # header lines they may send; unset: what a preflight asks for; a list of texts
---@field expose? string|string[] # header lines they may read; a list of texts
---@field credentials? boolean # whether cookies come along; true or false
---@field max_age? tollgate.duration # how long a preflight's answer holds; a duration of at most 1 * week

---@class tollgate.eject
---@field on? string|integer|(string|integer)[] # what is a failure: "connect", "reset", "timeout", "garbage", "cut", statuses from 400 to 599, "4xx", "5xx"; default: { "connect", "reset", "timeout", "garbage", "cut", 500, 502, 503, 504 }
---@field failures? integer # attempts in a row that fail; 0: however many; an integer from 0 to 1000000; default: 5
---@field error_rate? number # share of the attempts within the window that fail; 0: whatever share; a number from 0 to 1; default: 0
---@field minimum? integer # attempts within the window below which no share counts; an integer from 1 to 1000000; default: 20
---@field window? tollgate.duration # the time that the share is of; a duration from 100 * milliseconds to 1 * hour; default: 10 * seconds
---@field time? tollgate.duration # how long the first ejection lasts; each further one that much longer; a duration from 10 * milliseconds to 1 * day; default: 10 * seconds
---@field longest? tollgate.duration # how long one lasts at most; a duration from 10 * milliseconds to 1 * day; default: 5 * minutes
---@field most? number # share of the targets that may be ejected at a time; one may, and one always stays; a number from 0.01 to 1; default: 0.5

---@class tollgate.error_answer
---@field headers? table<string, string|string[]> # header lines: names with a text or a list of texts
---@field status? integer # status code instead of the failure's own; an integer from 200 to 599
---@field body? string # the body, with ${status}, ${reason}, ${message} and ${request_id}; a text
---@field type? string # media type of the body; a text

---@class tollgate.failure
---@field status integer # its status code
---@field reason string # its stable word, as the answer's "error" member
---@field message string # what the client is told
---@field request_id string # the request's id

---@class tollgate.given_response
---@field status integer # its status code; may be assigned
---@field headers table<string, string?> # its header lines by name; may be assigned, nil takes one out
---@field body string? # its body, where it may be read; may be assigned
---@field time number # milliseconds spent on the upstream
---@field from_upstream boolean # whether an upstream made it
---@field target string # address of the target that was asked last, or the empty text

---@class tollgate.header_changes
---@field set? table<string, tollgate.value|tollgate.value[]> # lines that take the place of those of their name
---@field add? table<string, tollgate.value|tollgate.value[]> # lines besides those that are there
---@field remove? string|string[] # names of lines to take out

---@class tollgate.health
---@field status? integer|string|(integer|string)[] # statuses that tell of health, or "2xx"; default: "2xx"
---@field path string # what is asked for; a text
---@field method? "GET"|"HEAD"|"OPTIONS" # how it is asked for; one of "GET", "HEAD", "OPTIONS"; default: "GET"
---@field host? string # the Host line; unset: the target's address; a text
---@field every? tollgate.duration # from one check to the next, a tenth more or less; a duration from 10 * milliseconds to 1 * day; default: 5 * seconds
---@field timeout? tollgate.duration # from connecting to the whole head of the answer; a duration from 1 * millisecond to 1 * day; default: 2 * seconds
---@field rise? integer # checks in a row that pass, for a target to come in; an integer from 1 to 1000; default: 2
---@field fall? integer # checks in a row that fail, for a target to go out; an integer from 1 to 1000; default: 3

---@class tollgate.limits
---@field request_line? tollgate.size # longest request line, beyond it 414; a size from 256 * bytes to 1 * megabyte; default: 8 * kilobytes
---@field headers? tollgate.size # largest head of a request, beyond it 431; a size from 512 * bytes to 16 * megabytes; default: 32 * kilobytes
---@field header_count? integer # most header lines, beyond it 431; an integer from 1 to 10000; default: 100
---@field body? tollgate.size # largest body of a request, beyond it 413; a size of at most 1024 * gigabytes; default: 100 * megabytes
---@field header_time? tollgate.duration # from a head's first byte to its last, beyond it 408; a duration from 10 * milliseconds to 1 * day; default: 10 * seconds
---@field body_time? tollgate.duration # between two pieces of a body, beyond it 408; a duration from 10 * milliseconds to 1 * day; default: 30 * seconds
---@field send_time? tollgate.duration # how long a client may take nothing of its answer before it is cut; a duration from 10 * milliseconds to 1 * day; default: 30 * seconds
---@field idle? tollgate.duration # between two requests of a connection, then it is closed; a duration from 10 * milliseconds to 1 * day; default: 60 * seconds
---@field upgrade_idle? tollgate.duration # nothing moves on an upgraded connection (WebSocket), either way; then it is closed; a duration from 10 * milliseconds to 1 * day; default: 5 * minutes
---@field handshake_time? tollgate.duration # for a TLS handshake, beyond it the connection is closed; a duration from 10 * milliseconds to 1 * day; default: 10 * seconds
---@field handshakes? integer # TLS handshakes at a time, beyond them new ones are closed; an integer from 1 to 10000000; default: 10000
---@field connections? integer # connections of clients over all loops, beyond them 503; an integer from 1 to 10000000; default: 50000
---@field drain? tollgate.duration # what a stop grants requests under way; a duration of at most 1 * day; default: 30 * seconds

---@class tollgate.listen
---@field [1] string # the address; more of them may follow, for which the same holds
---@field tls? tollgate.tls # by which certificates it speaks TLS; default: none: plain HTTP
---@field proxy_protocol? boolean # whether trusted_proxies, and nobody else, come here, each connection with a header that says whose it is; true or false; default: false

---@class tollgate.mirror
---@field upstream tollgate.upstream_handle|string # where the copies go: what `upstream` returned, or its name
---@field share? number # share of the requests that are copied; a number from 0 to 1; default: 1
---@field body? tollgate.size # largest body of a request that is copied; a size of at most 16 * megabytes; default: 64 * kilobytes
---@field most? integer # copies under way at that upstream; beyond them none are made; an integer from 1 to 100000; default: 100
---@field memory? tollgate.size # heads and bodies kept for copies there, together; beyond it none are made; a size from 64 * kilobytes to 16 * gigabytes; default: 64 * megabytes
---@field timeout? tollgate.duration # from sending a copy to the end of its answer; a duration from 1 * millisecond to 1 * day; default: 5 * seconds

---@class tollgate.redirect
---@field to string|fun(request: tollgate.request): string # where to: a template like "/new/:id", or a function
---@field status? 301|302|303|307|308 # status code; default: 302

---@class tollgate.register
---@field tier? string # tier of the keys that clients make for themselves; unset: none; a text
---@field scopes? string|string[] # what these keys may do; a list of texts
---@field rate? tollgate.rate # a limit of each key's own, instead of its tier's; a rate of more than 0
---@field burst? integer # most requests at once, of that limit; an integer from 1 to 1000000000
---@field expires? tollgate.duration # how long a key lets in; unset: until it is revoked; a duration from 1 * second to 36525 * days
---@field form? string # how these keys are written; a text; default: "tg_{id}_{secret}"

---@class tollgate.request_change
---@field change fun(request: tollgate.given_request): string|tollgate.error_answer|nil # the function
---@field body? tollgate.size # largest body that the function may read; a larger one is a 413; unset: it reads none; a size from 1 * byte to 1 * megabyte

---@class tollgate.request
---@field method string # its method
---@field path string # its path, normalised, without query
---@field host string # the host it names
---@field scheme "http"|"https" # how it came
---@field client_ip string # the client's address
---@field route string # the route as written; in a `when`, the one that is asked
---@field caller string # who asks, once an auth plugin has said so
---@field tier string # the caller's tier
---@field client_certificate string # subject of the client's certificate ("CN=alice,O=Example"), where `listen` asks for one
---@field headers table<string, string> # header lines by name, whatever its case; absent is ""
---@field query table<string, string> # query parameters, decoded; absent is ""
---@field cookies table<string, string> # cookies; absent is ""
---@field parameters table<string, string> # what `:name`, `*` and `**` took from the path, decoded
---@field claims table<string, string> # what a token says of the caller; `scopes`: what it may do

---@class tollgate.given_request : tollgate.request
---@field headers table<string, string|string[]|nil> # its header lines by name; may be assigned, nil takes one out
---@field body string? # its body, where it may be read; may be assigned

---@class tollgate.response
---@field change fun(response: tollgate.given_response, request: tollgate.request) # the function
---@field body? tollgate.size # largest body that the function may read; unset: it reads none; a size from 1 * byte to 1 * megabyte

---@class tollgate.retry
---@field on? string|integer|(string|integer)[] # what is tried again: "connect", "reset", "timeout", "garbage", statuses from 400 to 599, "4xx", "5xx"; default: { "connect", "reset" }
---@field hedge? tollgate.duration|number # without a head after so long, or after that share (0.95) of the upstream's latest times to the first byte, another target is asked as well; default: never
---@field attempts? integer # most attempts of a request, with the first; an integer from 1 to 100; default: 2
---@field methods? string|string[] # methods that may be repeated besides those that HTTP says so of; a list of texts; default: {}
---@field backoff? tollgate.duration # longest pause before the second attempt; it doubles with each further one; a duration of at most 1 * day; default: 25 * milliseconds
---@field longest_backoff? tollgate.duration # longest pause before any attempt, at least `backoff`; a Retry-After beyond it is not waited for; a duration of at most 1 * day; default: 1 * second
---@field body? tollgate.size # largest body of a request that is kept to be sent again; a size of at most 64 * megabytes; default: 64 * kilobytes
---@field budget? number # most retries as a share of the upstream's requests, both of the last 10 seconds; a number from 0 to 1; default: 0.2
---@field budget_floor? integer # retries that 10 seconds may have whatever that share is; an integer from 0 to 1000000; default: 10

---@class tollgate.rewrite
---@field strip? string # segments that the path begins with, to be taken off
---@field prefix? string # what is put before the path then
---@field pattern? string # regular expression (RE2) found in the path, instead of the two above
---@field to? string # what it is replaced with; \\1 is the first group

---@class tollgate.route_limits
---@field body? tollgate.size # largest body of a request here; a size of at most 1024 * gigabytes

---@class tollgate.route
---@field upstream? tollgate.upstream_handle|string|tollgate.split_handle # where the request goes: what `upstream` returned, or a name of one, or `split { ... }` among several
---@field mirror? tollgate.mirror # another upstream that gets a copy of the request; default: none
---@field answer? string|tollgate.answer # the answer itself; a text is the body of a 200
---@field register? tollgate.register # clients make themselves a key here, which gets what this says
---@field plugins? tollgate.uses # plugins that the request meets, outermost first; lists in it flatten; default: none
---@field host? tollgate.condition # names the route is for: "api.example.com", "*.example.com"; default: every host
---@field headers? table<string, tollgate.condition> # condition on header lines, by name; default: none
---@field query? table<string, tollgate.condition> # condition on query parameters, by name; default: none
---@field cookies? table<string, tollgate.condition> # condition on cookies, by name; default: none
---@field parameters? table<string, tollgate.condition> # condition on what the path's parameters took, by name; default: none
---@field client_ip? string|string[] # addresses or ranges of clients the route is for; default: every client
---@field when? fun(request: tollgate.request): any # function of the request, asked last; where it returns false or nothing the next route that matches is asked
---@field rewrite? string|tollgate.rewrite|fun(request: tollgate.request): string # the path that the upstream is asked for; default: the client's
---@field redirect? string|tollgate.redirect # where the client is sent instead of an upstream
---@field request? tollgate.request_change|fun(request: tollgate.given_request): string|tollgate.error_answer|nil # function that changes the request before the upstream gets it, or answers it
---@field request_headers? tollgate.header_changes # changes of the request's header lines; default: none
---@field response_headers? tollgate.header_changes # changes of the answer's header lines; default: none
---@field errors? tollgate.errors # what clients are told of failures here, before what the word of that name says
---@field cors? tollgate.cors|false # which other pages may read the answers, instead of what the word of that name says
---@field response? tollgate.response|fun(response: tollgate.given_response, request: tollgate.request) # function that changes the answer
---@field upgrade? string|string[]|false # protocols that client and upstream may go over to; false for none; default: "websocket"
---@field limits? tollgate.route_limits # limits of this route instead of the general ones

---@class tollgate.service
---@field restart string|string[] # program and its arguments; no shell reads them; a list of texts
---@field timeout? tollgate.duration # time until it is ended, with all that it has started; a duration from 100 * milliseconds to 1 * hour; default: 30 * seconds

---@class tollgate.split
---@field [1] tollgate.branch|tollgate.upstream_handle|string # the upstreams, each as { orders, weight = 95 }, or by itself with a weight of 1
---@field by? tollgate.value # what stays with its upstream; without it, or where it is absent, every request is drawn for itself; a value

---@class tollgate.target
---@field [1] string # its address
---@field weight? integer # its share of the requests; an integer from 1 to 65535; default: 1

---@class tollgate.tier
---@field rate? tollgate.rate # requests in a time; a rate of more than 0
---@field burst? integer # most requests at once; an integer from 1 to 1000000000
---@field quota? tollgate.rate # requests in a long time; a rate of more than 0

---@class tollgate.tls
---@field [1]? tollgate.certificate # further certificates, each as { certificate = ..., key = ... }: clients get the one made out to the name they ask for
---@field certificate? string # file of the certificate and those between it and its authority, in PEM, also for names that no other is made out to; a file's path
---@field key? string # file of its private key, in PEM, without a password; a file's path
---@field minimum_version? "1.2"|"1.3" # the oldest TLS that is spoken; one of "1.2", "1.3"; default: "1.2"
---@field client_authorities? string # file of authorities, in PEM: clients are asked for a certificate of theirs; a file's path
---@field client_certificate? "required"|"optional" # whether a client may come without one; one of "required", "optional"; default: "required"

---@class tollgate.tracing
---@field to? string # where spans are sent, by OTLP/HTTP: "http://127.0.0.1:4318/v1/traces", or https; default: nowhere
---@field parent? boolean|"trusted" # whose word counts on whether a trace is recorded, as `traceparent` says it: everybody's, nobody's, or that of `trusted_proxies`; default: "trusted"
---@field headers? table<string, string|string[]> # header lines that the collector wants to see, by name; default: none
---@field tls? tollgate.upstream_tls # whom an https collector has to be, and what it is shown; default: what the system trusts, made out to its host
---@field sample? number # share of the other traces that are recorded; a number from 0 to 1; default: 1
---@field service? string # what the gateway is called there; a text; default: "tollgate"
---@field noticeable? tollgate.duration # what a plugin must take for a span of its own; a duration of at most 1 * hour; default: 1 * milliseconds
---@field timeout? tollgate.duration # for an export as a whole; a duration from 10 * milliseconds to 10 * minutes; default: 10 * seconds
---@field every? tollgate.duration # the longest that a span waits for others to be sent with; a duration from 50 * milliseconds to 10 * minutes; default: 1 * seconds
---@field batch? integer # spans that are sent at once, and so do not wait; an integer from 1 to 10000; default: 512
---@field queue? integer # spans kept while the collector does not take any; beyond them new ones are dropped; an integer from 1 to 1000000; default: 8192

---@class tollgate.upstream
---@field targets tollgate.target|(string|tollgate.target)[] # addresses that serve the same: "host:port", "[ipv6]:port", "https://host:port", "unix:/path", or { "host:port", weight = 2 }
---@field tls? tollgate.upstream_tls # whom https targets have to be, and what they are shown; default: what the system trusts, made out to the target's host
---@field balance? tollgate.use # plugin that chooses a target; default: the first target that is available
---@field plugins? tollgate.uses # more plugins for every route that goes here; they come last; default: none
---@field health? string|tollgate.health # how targets are asked whether they work; a text is the path of it; default: they are not asked
---@field eject? tollgate.eject # when a target that fails requests goes out for a while; default: never
---@field retry? tollgate.retry|false # what is tried again, how often and when; false: nothing; default: once, at another target
---@field breaker? tollgate.breaker # when what fails requests is not asked for a while, then tried by few; default: never
---@field timeout? tollgate.duration # request sent to the whole head of the answer; a duration from 1 * millisecond to 1 * day; default: 30 * seconds
---@field connect_timeout? tollgate.duration # time for a connection; a duration from 1 * millisecond to 1 * day; default: 2 * seconds
---@field idle_timeout? tollgate.duration # between two pieces of the answer's body; a duration from 1 * millisecond to 1 * day; default: 30 * seconds
---@field deadline? tollgate.duration # for a request as a whole: waiting, attempts and the pauses between them, to the end of the answer; unset: none; a duration from 1 * millisecond to 1 * day
---@field keep_alive? integer # idle connections kept per event loop and target; an integer from 0 to 100000; default: 512
---@field keep_alive_time? tollgate.duration # how long an idle connection is kept; a duration from 1 * millisecond to 1 * day; default: 60 * seconds
---@field preserve_host? boolean # whether the client's Host goes on; if not, the target's address does; true or false; default: true
---@field concurrency? integer # requests under way there at a time; unset: however many; an integer from 1 to 1000000
---@field queue? integer # requests that may wait for one of those to end; beyond them 503; an integer from 0 to 1000000; default: 0
---@field queue_time? tollgate.duration # how long one may wait, then 503; a duration from 1 * millisecond to 1 * day; default: 1 * seconds
---@field slow_start? tollgate.duration # in which a target that came in gets its whole share of the requests again; a duration of at most 1 * day; default: 0 * seconds
---@field panic? number # where a smaller share of the targets is in, all are taken for being in; 0: never; a number from 0 to 1; default: 0

---@class tollgate.upstream_tls
---@field authorities? string # file of those whose certificates are trusted, in PEM; unset: the system's; a file's path
---@field name? string # whom certificates have to be made out to, and what is asked for by SNI; unset: the target's host; a text
---@field verify? boolean # whether certificates are looked at; without, whoever answers is believed; true or false; default: true
---@field certificate? string # file of the certificate that targets are shown where they ask for one, in PEM; a file's path
---@field key? string # file of its private key, in PEM, without a password; a file's path
---@field minimum_version? "1.2"|"1.3" # the oldest TLS that is spoken; one of "1.2", "1.3"; default: "1.2"

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
week = nil

---@type tollgate.time
weeks = nil

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
---@param it string|string[]|tollgate.listen
function listen(it) end

---Where operators ask: metrics, health, reload.
---@param it string|false|tollgate.admin
function admin(it) end

---Where API keys and what is spent of quotas are kept: `database "sqlite:tollgate.db"`.
---@param it string
function database(it) end

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

---Which requests are traced (W3C Trace Context): `tracing { sample = 0.1 }`.
---@param it tollgate.tracing
function tracing(it) end

---A function that changes every request that goes upstream, or answers it.
---@param it tollgate.request_change|fun(request: tollgate.given_request): string|tollgate.error_answer|nil
function request(it) end

---Changes of every request's header lines.
---@param it tollgate.header_changes
function request_headers(it) end

---Changes of every answer's header lines.
---@param it tollgate.header_changes
function response_headers(it) end

---What clients are told of failures, by reason, status and class.
---@param it tollgate.errors
function errors(it) end

---Which other pages may read answers.
---@param it tollgate.cors
function cors(it) end

---A function that changes every answer.
---@param it tollgate.response|fun(response: tollgate.given_response, request: tollgate.request)
function response(it) end

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

---A regular expression (RE2) that a condition finds in a text.
---@param it string
---@return tollgate.pattern
function matches(it) end

---Shares a route's requests among upstreams: `split { { orders, weight = 95 }, { canary, weight = 5 } }`.
---@param it tollgate.split
---@return tollgate.split_handle
function split(it) end

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
