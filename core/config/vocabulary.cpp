// core/config/vocabulary.cpp - the tables of vocabulary.h.
#include "config/vocabulary.h"

namespace tollgate::config {

namespace {

constexpr double day = 86'400;
constexpr const char* tls_versions[] = {"1.2", "1.3"};
constexpr const char* client_certificates[] = {"required", "optional"};
constexpr double gigabyte = 1024.0 * 1024 * 1024;

// By the names of http::Limits, which has the same defaults (a test compares them).
constexpr Field limits_fields[] = {
    {.name = "request_line", .type = Type::size, .doc = "longest request line, beyond it 414",
     .fallback = "8 * kilobytes", .min = 256, .max = 1 << 20},
    {.name = "headers", .type = Type::size, .doc = "largest head of a request, beyond it 431",
     .fallback = "32 * kilobytes", .min = 512, .max = 16 << 20},
    {.name = "header_count", .type = Type::integer, .doc = "most header lines, beyond it 431", .fallback = "100",
     .min = 1, .max = 10'000},
    {.name = "body", .type = Type::size, .doc = "largest body of a request, beyond it 413",
     .fallback = "100 * megabytes", .min = 0, .max = 1024 * gigabyte, .environment = "MAX_REQUEST_SIZE"},
    {.name = "header_time", .type = Type::duration, .doc = "from a head's first byte to its last, beyond it 408",
     .fallback = "10 * seconds", .min = 0.01, .max = day},
    {.name = "body_time", .type = Type::duration, .doc = "between two pieces of a body, beyond it 408",
     .fallback = "30 * seconds", .min = 0.01, .max = day},
    {.name = "send_time", .type = Type::duration, .doc = "how long a client may take nothing of its answer before it is cut",
     .fallback = "30 * seconds", .min = 0.01, .max = day},
    {.name = "idle", .type = Type::duration, .doc = "between two requests of a connection, then it is closed",
     .fallback = "60 * seconds", .min = 0.01, .max = day},
    {.name = "upgrade_idle", .type = Type::duration,
     .doc = "nothing moves on an upgraded connection (WebSocket), either way; then it is closed",
     .fallback = "5 * minutes", .min = 0.01, .max = day},
    {.name = "handshake_time", .type = Type::duration, .doc = "for a TLS handshake, beyond it the connection is closed",
     .fallback = "10 * seconds", .min = 0.01, .max = day},
    {.name = "handshakes", .type = Type::integer, .doc = "TLS handshakes at a time, beyond them new ones are closed",
     .fallback = "10000", .min = 1, .max = 10'000'000},
    {.name = "connections", .type = Type::integer, .doc = "connections of clients over all loops, beyond them 503",
     .fallback = "50000", .min = 1, .max = 10'000'000},
    {.name = "drain", .type = Type::duration, .doc = "what a stop grants requests under way",
     .fallback = "30 * seconds", .min = 0, .max = day},
};

constexpr Field tier_fields[] = {
    {.name = "rate", .type = Type::rate, .doc = "requests in a time", .min = 1e-6},
    {.name = "burst", .type = Type::integer, .doc = "most requests at once", .min = 1, .max = 1e9},
    {.name = "quota", .type = Type::rate, .doc = "requests in a long time", .min = 1e-9},
};

constexpr Special upstream_specials[] = {
    {"targets", "tollgate.target|(string|tollgate.target)[]",
     "addresses that serve the same: \"host:port\", \"[ipv6]:port\", \"https://host:port\", \"unix:/path\", or "
     "{ \"host:port\", weight = 2 }",
     "", true},
    {"tls", "tollgate.upstream_tls", "whom https targets have to be, and what they are shown",
     "what the system trusts, made out to the target's host"},
    {"balance", "tollgate.use", "plugin that chooses a target", "the first target that is available"},
    {"plugins", "tollgate.uses", "more plugins for every route that goes here; they come last", "none"},
    {"health", "string|tollgate.health", "how targets are asked whether they work; a text is the path of it",
     "they are not asked"},
    {"eject", "tollgate.eject", "when a target that fails requests goes out for a while", "never"},
    {"retry", "tollgate.retry|false", "what is tried again, how often and when; false: nothing", "once, at another target"},
    {"breaker", "tollgate.breaker", "when what fails requests is not asked for a while, then tried by few", "never"},
};
// By the names of upstream::Upstream, which has the same defaults (a test compares them).
constexpr Field upstream_fields[] = {
    {.name = "timeout", .type = Type::duration, .doc = "request sent to the whole head of the answer",
     .fallback = "30 * seconds", .min = 0.001, .max = day},
    {.name = "connect_timeout", .type = Type::duration, .doc = "time for a connection", .fallback = "2 * seconds",
     .min = 0.001, .max = day},
    {.name = "idle_timeout", .type = Type::duration, .doc = "between two pieces of the answer's body",
     .fallback = "30 * seconds", .min = 0.001, .max = day},
    {.name = "deadline", .type = Type::duration,
     .doc = "for a request as a whole: waiting, attempts and the pauses between them, to the end of the answer; unset: none",
     .min = 0.001, .max = day},
    {.name = "keep_alive", .type = Type::integer, .doc = "idle connections kept per event loop and target",
     .fallback = "512", .min = 0, .max = 100'000},
    {.name = "keep_alive_time", .type = Type::duration, .doc = "how long an idle connection is kept",
     .fallback = "60 * seconds", .min = 0.001, .max = day},
    {.name = "preserve_host", .type = Type::boolean,
     .doc = "whether the client's Host goes on; if not, the target's address does", .fallback = "true"},
    {.name = "concurrency", .type = Type::integer, .doc = "requests under way there at a time; unset: however many", .min = 1,
     .max = 1e6},
    {.name = "queue", .type = Type::integer, .doc = "requests that may wait for one of those to end; beyond them 503",
     .fallback = "0", .min = 0, .max = 1e6},
    {.name = "queue_time", .type = Type::duration, .doc = "how long one may wait, then 503", .fallback = "1 * seconds",
     .min = 0.001, .max = day},
    {.name = "slow_start", .type = Type::duration,
     .doc = "in which a target that came in gets its whole share of the requests again", .fallback = "0 * seconds",
     .min = 0, .max = day},
    {.name = "panic", .type = Type::number,
     .doc = "where a smaller share of the targets is in, all are taken for being in; 0: never", .fallback = "0", .min = 0,
     .max = 1},
};

constexpr Field upstream_tls_fields[] = {
    {.name = "authorities", .type = Type::path, .doc = "file of those whose certificates are trusted, in PEM; unset: the system's"},
    {.name = "name", .type = Type::text,
     .doc = "whom certificates have to be made out to, and what is asked for by SNI; unset: the target's host"},
    {.name = "verify", .type = Type::boolean, .doc = "whether certificates are looked at; without, whoever answers is believed",
     .fallback = "true"},
    {.name = "certificate", .type = Type::path,
     .doc = "file of the certificate that targets are shown where they ask for one, in PEM"},
    {.name = "key", .type = Type::path, .doc = "file of its private key, in PEM, without a password"},
    {.name = "minimum_version", .type = Type::choice, .doc = "the oldest TLS that is spoken", .fallback = "\"1.2\"",
     .choices = tls_versions},
};

constexpr Special target_specials[] = {{"[1]", "string", "its address", "", true}};
constexpr Field target_fields[] = {
    {.name = "weight", .type = Type::integer, .doc = "its share of the requests", .fallback = "1", .min = 1,
     .max = 65'535},
};

constexpr Special split_specials[] = {
    {"[1]", "tollgate.branch|tollgate.upstream_handle|string",
     "the upstreams, each as { orders, weight = 95 }, or by itself with a weight of 1", "", true},
};
constexpr Field split_fields[] = {
    {.name = "by", .type = Type::value,
     .doc = "what stays with its upstream; without it, or where it is absent, every request is drawn for itself"},
};

constexpr Special branch_specials[] = {
    {"[1]", "tollgate.upstream_handle|string", "what `upstream` returned, or its name", "", true}};
constexpr Field branch_fields[] = {
    {.name = "weight", .type = Type::number, .doc = "its share, compared with the others'; 0: it gets none",
     .fallback = "1", .min = 0, .max = 1e6},
};

constexpr Special mirror_specials[] = {
    {"upstream", "tollgate.upstream_handle|string", "where the copies go: what `upstream` returned, or its name", "",
     true},
};
// By the names of tollgate::Mirror, which has the same defaults (a test compares them).
constexpr Field mirror_fields[] = {
    {.name = "share", .type = Type::number, .doc = "share of the requests that are copied", .fallback = "1", .min = 0,
     .max = 1},
    {.name = "body", .type = Type::size, .doc = "largest body of a request that is copied",
     .fallback = "64 * kilobytes", .min = 0, .max = 16 << 20},
    {.name = "most", .type = Type::integer, .doc = "copies under way at that upstream; beyond them none are made",
     .fallback = "100", .min = 1, .max = 100'000},
    {.name = "memory", .type = Type::size,
     .doc = "heads and bodies kept for copies there, together; beyond it none are made", .fallback = "64 * megabytes",
     .min = 64 << 10, .max = 16.0 * gigabyte},
    {.name = "timeout", .type = Type::duration, .doc = "from sending a copy to the end of its answer",
     .fallback = "5 * seconds", .min = 0.001, .max = day},
};

constexpr Field route_limits_fields[] = {
    {.name = "body", .type = Type::size, .doc = "largest body of a request here", .min = 0, .max = 1024 * gigabyte},
};

constexpr Special error_answer_specials[] = {
    {"headers", "table<string, string|string[]>", "header lines: names with a text or a list of texts"},
};
constexpr Field error_answer_fields[] = {
    {.name = "status", .type = Type::integer, .doc = "status code instead of the failure's own", .min = 200, .max = 599},
    {.name = "body", .type = Type::text, .doc = "the body, with ${status}, ${reason}, ${message} and ${request_id}"},
    {.name = "type", .type = Type::text, .doc = "media type of the body"},
};

constexpr Field cors_fields[] = {
    {.name = "origins", .type = Type::texts, .doc = "origins whose pages may read answers, or \"*\"", .required = true},
    {.name = "methods", .type = Type::texts, .doc = "methods they may use; unset: those that the path's routes take"},
    {.name = "headers", .type = Type::texts, .doc = "header lines they may send; unset: what a preflight asks for"},
    {.name = "expose", .type = Type::texts, .doc = "header lines they may read"},
    {.name = "credentials", .type = Type::boolean, .doc = "whether cookies come along"},
    {.name = "max_age", .type = Type::duration, .doc = "how long a preflight's answer holds", .min = 0, .max = 604'800},
};

constexpr Special request_change_specials[] = {
    {"change", "fun(request: tollgate.given_request): string|tollgate.error_answer|nil", "the function", "", true},
};
constexpr Field request_change_fields[] = {
    {.name = "body", .type = Type::size,
     .doc = "largest body that the function may read; a larger one is a 413; unset: it reads none",
     .min = 1, .max = 1024.0 * 1024},
};
constexpr Special response_specials[] = {
    {"change", "fun(response: tollgate.given_response, request: tollgate.request)", "the function", "", true},
};
constexpr Field response_fields[] = {
    {.name = "body", .type = Type::size, .doc = "largest body that the function may read; unset: it reads none", .min = 1,
     .max = 1024.0 * 1024},
};

constexpr Special header_changes_specials[] = {
    {"set", "table<string, tollgate.value|tollgate.value[]>", "lines that take the place of those of their name"},
    {"add", "table<string, tollgate.value|tollgate.value[]>", "lines besides those that are there"},
    {"remove", "string|string[]", "names of lines to take out"},
};

constexpr Special rewrite_specials[] = {
    {"strip", "string", "segments that the path begins with, to be taken off"},
    {"prefix", "string", "what is put before the path then"},
    {"pattern", "string", "regular expression (RE2) found in the path, instead of the two above"},
    {"to", "string", "what it is replaced with; \\\\1 is the first group"},
};

constexpr Special redirect_specials[] = {
    {"to", "string|fun(request: tollgate.request): string", "where to: a template like \"/new/:id\", or a function", "", true},
    {"status", "301|302|303|307|308", "status code", "302"},
};

constexpr Field register_fields[] = {
    {.name = "tier", .type = Type::text, .doc = "tier of the keys that clients make for themselves; unset: none"},
    {.name = "scopes", .type = Type::texts, .doc = "what these keys may do"},
    {.name = "rate", .type = Type::rate, .doc = "a limit of each key's own, instead of its tier's", .min = 1e-6},
    {.name = "burst", .type = Type::integer, .doc = "most requests at once, of that limit", .min = 1, .max = 1e9},
    {.name = "expires", .type = Type::duration, .doc = "how long a key lets in; unset: until it is revoked", .min = 1,
     .max = 36'525 * day},
    {.name = "form", .type = Type::text, .doc = "how these keys are written", .fallback = "\"tg_{id}_{secret}\""},
};

constexpr Special failure_specials[] = {
    {"status", "integer", "its status code"},
    {"reason", "string", "its stable word, as the answer's \"error\" member"},
    {"message", "string", "what the client is told"},
    {"request_id", "string", "the request's id"},
};

constexpr Special answer_given_specials[] = {
    {"status", "integer", "its status code; may be assigned"},
    {"headers", "table<string, string?>", "its header lines by name; may be assigned, nil takes one out"},
    {"body", "string?", "its body, where it may be read; may be assigned"},
    {"time", "number", "milliseconds spent on the upstream"},
    {"from_upstream", "boolean", "whether an upstream made it"},
    {"target", "string", "address of the target that was asked last, or the empty text"},
};

constexpr Special answer_specials[] = {
    {"headers", "table<string, string|string[]>", "header lines: names with a text or a list of texts"},
};
constexpr Field answer_fields[] = {
    {.name = "status", .type = Type::integer, .doc = "status code", .fallback = "200", .min = 200, .max = 599},
    {.name = "body", .type = Type::text, .doc = "the body"},
};

constexpr Special listen_specials[] = {
    {"[1]", "string", "the address; more of them may follow, for which the same holds", "", true},
    {"tls", "tollgate.tls", "by which certificates it speaks TLS", "none: plain HTTP"},
};

constexpr Field listen_fields[] = {
    {.name = "proxy_protocol", .type = Type::boolean,
     .doc = "whether trusted_proxies, and nobody else, come here, each connection with a header that says whose it is",
     .fallback = "false"},
};

constexpr Special tls_specials[] = {
    {"[1]", "tollgate.certificate",
     "further certificates, each as { certificate = ..., key = ... }: clients get the one made out to the name they ask for"},
};
constexpr Field tls_fields[] = {
    {.name = "certificate", .type = Type::path,
     .doc = "file of the certificate and those between it and its authority, in PEM, also for names that no other is made out to"},
    {.name = "key", .type = Type::path, .doc = "file of its private key, in PEM, without a password"},
    {.name = "minimum_version", .type = Type::choice, .doc = "the oldest TLS that is spoken", .fallback = "\"1.2\"",
     .choices = tls_versions},
    {.name = "client_authorities", .type = Type::path,
     .doc = "file of authorities, in PEM: clients are asked for a certificate of theirs"},
    {.name = "client_certificate", .type = Type::choice, .doc = "whether a client may come without one",
     .fallback = "\"required\"", .choices = client_certificates},
};
constexpr Field certificate_fields[] = {
    {.name = "certificate", .type = Type::path, .doc = "file of the certificate and those between it and its authority, in PEM",
     .required = true},
    {.name = "key", .type = Type::path, .doc = "file of its private key, in PEM, without a password", .required = true},
};

constexpr Special route_specials[] = {
    {"upstream", "tollgate.upstream_handle|string|tollgate.split_handle",
     "where the request goes: what `upstream` returned, or a name of one, or `split { ... }` among several"},
    {"mirror", "tollgate.mirror", "another upstream that gets a copy of the request", "none"},
    {"answer", "string|tollgate.answer", "the answer itself; a text is the body of a 200"},
    {"register", "tollgate.register", "clients make themselves a key here, which gets what this says"},
    {"plugins", "tollgate.uses", "plugins that the request meets, outermost first; lists in it flatten", "none"},
    {"host", "tollgate.condition", "names the route is for: \"api.example.com\", \"*.example.com\"", "every host"},
    {"headers", "table<string, tollgate.condition>", "condition on header lines, by name", "none"},
    {"query", "table<string, tollgate.condition>", "condition on query parameters, by name", "none"},
    {"cookies", "table<string, tollgate.condition>", "condition on cookies, by name", "none"},
    {"parameters", "table<string, tollgate.condition>", "condition on what the path's parameters took, by name", "none"},
    {"client_ip", "string|string[]", "addresses or ranges of clients the route is for", "every client"},
    {"when", "fun(request: tollgate.request): any",
     "function of the request, asked last; where it returns false or nothing the next route that matches is asked"},
    {"rewrite", "string|tollgate.rewrite|fun(request: tollgate.request): string", "the path that the upstream is asked for",
     "the client's"},
    {"redirect", "string|tollgate.redirect", "where the client is sent instead of an upstream"},
    {"request", "tollgate.request_change|fun(request: tollgate.given_request): string|tollgate.error_answer|nil",
     "function that changes the request before the upstream gets it, or answers it"},
    {"request_headers", "tollgate.header_changes", "changes of the request's header lines", "none"},
    {"response_headers", "tollgate.header_changes", "changes of the answer's header lines", "none"},
    {"errors", "tollgate.errors", "what clients are told of failures here, before what the word of that name says"},
    {"cors", "tollgate.cors|false", "which other pages may read the answers, instead of what the word of that name says"},
    {"response", "tollgate.response|fun(response: tollgate.given_response, request: tollgate.request)",
     "function that changes the answer"},
    {"upgrade", "string|string[]|false", "protocols that client and upstream may go over to; false for none",
     "\"websocket\""},
    {"limits", "tollgate.route_limits", "limits of this route instead of the general ones"},
};

// What a function is given; config/lua_script.cpp looks it up.
constexpr Special request_specials[] = {
    {"method", "string", "its method"},
    {"path", "string", "its path, normalised, without query"},
    {"host", "string", "the host it names"},
    {"scheme", "\"http\"|\"https\"", "how it came"},
    {"client_ip", "string", "the client's address"},
    {"route", "string", "the route as written; in a `when`, the one that is asked"},
    {"caller", "string", "who asks, once an auth plugin has said so"},
    {"tier", "string", "the caller's tier"},
    {"client_certificate", "string", "subject of the client's certificate (\"CN=alice,O=Example\"), where `listen` asks for one"},
    {"headers", "table<string, string>", "header lines by name, whatever its case; absent is \"\""},
    {"query", "table<string, string>", "query parameters, decoded; absent is \"\""},
    {"cookies", "table<string, string>", "cookies; absent is \"\""},
    {"parameters", "table<string, string>", "what `:name`, `*` and `**` took from the path, decoded"},
    {"claims", "table<string, string>", "what a token says of the caller; `scopes`: what it may do"},
};

// And what it may change, where it is told to.
constexpr Special request_given_specials[] = {
    {"headers", "table<string, string|string[]|nil>", "its header lines by name; may be assigned, nil takes one out"},
    {"body", "string?", "its body, where it may be read; may be assigned"},
};

using enum WordEntry::Form;
constexpr WordEntry words[] = {
    {"listen", statement, "string|string[]|tollgate.listen", "", "Where clients come in: `listen \"127.0.0.1:8080\"`."},
    {"admin", statement, "string|false|tollgate.admin", "", "Where operators ask: metrics, health, reload."},
    {"database", statement, "string", "",
     "Where API keys and what is spent of quotas are kept: `database \"sqlite:tollgate.db\"`."},
    {"tier", named, "tollgate.tier", "", "How much callers of one kind may ask."},
    {"upstream", named, "tollgate.upstream", "tollgate.upstream_handle",
     "A named group of targets that serve the same."},
    {"route", named, "tollgate.route", "", "`route \"GET /orders/:id\" { ... }`: the first one that matches wins."},
    {"always", statement, "tollgate.uses", "", "Plugins that every request meets, before those of its route."},
    {"limits", statement, "tollgate.limits", "", "What one client may take."},
    {"trusted_proxies", statement, "string|string[]", "", "Whose X-Forwarded-* lines are believed."},
    {"tracing", statement, "tollgate.tracing", "", "Which requests are traced (W3C Trace Context): `tracing { sample = 0.1 }`."},
    {"request", statement, "tollgate.request_change|fun(request: tollgate.given_request): string|tollgate.error_answer|nil", "",
     "A function that changes every request that goes upstream, or answers it."},
    {"request_headers", statement, "tollgate.header_changes", "", "Changes of every request's header lines."},
    {"response_headers", statement, "tollgate.header_changes", "", "Changes of every answer's header lines."},
    {"errors", statement, "tollgate.errors", "", "What clients are told of failures, by reason, status and class."},
    {"cors", statement, "tollgate.cors", "", "Which other pages may read answers."},
    {"response", statement, "tollgate.response|fun(response: tollgate.given_response, request: tollgate.request)", "",
     "A function that changes every answer."},
    {"plugin", statement, "string", "", "Loads a library; what it holds is a word from then on."},
    {"header", function, "string", "tollgate.fact", "The first header line of that name."},
    {"query", function, "string", "tollgate.fact", "The query parameter of that name, decoded."},
    {"cookie", function, "string", "tollgate.fact", "The cookie of that name."},
    {"matches", function, "string", "tollgate.pattern", "A regular expression (RE2) that a condition finds in a text."},
    {"split", function, "tollgate.split", "tollgate.split_handle",
     "Shares a route's requests among upstreams: `split { { orders, weight = 95 }, { canary, weight = 5 } }`."},
    {"caller", constant, "", "tollgate.fact", "Who asks, as an auth plugin found out."},
    {"client_ip", constant, "", "tollgate.fact", "The client's address."},
    {"method", constant, "", "tollgate.fact", "The request's method."},
    {"path", constant, "", "tollgate.fact", "The request's path, normalised."},
    {"host", constant, "", "tollgate.fact", "The host that the request names."},
};

const Shape* const all_shapes[] = {
    &admin_shape,       &answer_shape,   &branch_shape,       &breaker_shape, &certificate_shape,
    &cors_shape,        &eject_shape,    &error_answer_shape, &failure_shape, &answer_given_shape,
    &header_changes_shape, &health_shape, &limits_shape,      &listen_shape,  &mirror_shape,
    &redirect_shape,    &register_shape, &request_change_shape, &request_shape,
    &request_given_shape, &response_shape,     &retry_shape,   &rewrite_shape,
    &route_limits_shape, &route_shape,   &service_shape, &split_shape,        &target_shape,  &tier_shape,
    &tls_shape,         &tracing_shape,  &upstream_shape, &upstream_tls_shape};

}  // namespace

const Shape answer_shape{"answer", answer_specials, answer_fields};
const Shape branch_shape{"branch", branch_specials, branch_fields};
const Shape certificate_shape{"certificate", {}, certificate_fields};
const Shape cors_shape{"cors", {}, cors_fields};
const Shape error_answer_shape{"error_answer", error_answer_specials, error_answer_fields};
const Shape failure_shape{"failure", failure_specials, {}, true};
const Shape answer_given_shape{"given_response", answer_given_specials, {}, true};
const Shape header_changes_shape{"header_changes", header_changes_specials, {}};
const Shape redirect_shape{"redirect", redirect_specials, {}};
const Shape register_shape{"register", {}, register_fields};
const Shape request_change_shape{"request_change", request_change_specials, request_change_fields};
const Shape response_shape{"response", response_specials, response_fields};
const Shape rewrite_shape{"rewrite", rewrite_specials, {}};
const Shape limits_shape{"limits", {}, limits_fields};
const Shape mirror_shape{"mirror", mirror_specials, mirror_fields};
const Shape listen_shape{"listen", listen_specials, listen_fields};
const Shape request_shape{"request", request_specials, {}, true};
const Shape request_given_shape{"given_request", request_given_specials, {}, true, &request_shape};
const Shape route_limits_shape{"route_limits", {}, route_limits_fields};
const Shape route_shape{"route", route_specials, {}};
const Shape split_shape{"split", split_specials, split_fields};
const Shape target_shape{"target", target_specials, target_fields};
const Shape tier_shape{"tier", {}, tier_fields};
const Shape tls_shape{"tls", tls_specials, tls_fields};
const Shape upstream_shape{"upstream", upstream_specials, upstream_fields};
const Shape upstream_tls_shape{"upstream_tls", {}, upstream_tls_fields};

std::span<const WordEntry> vocabulary() { return words; }
std::span<const Shape* const> shapes() { return all_shapes; }

std::vector<std::string_view> special_names(const Shape& shape) {
    std::vector<std::string_view> names;
    for (const auto& special : shape.specials)
        if (*special.name != '[') names.emplace_back(special.name);
    return names;
}

}  // namespace tollgate::config
