// core/config/vocabulary.cpp - the words of vocabulary.h, with the tables of tiers, routes and their answers.
#include "config/vocabulary.h"
#include "config/vocabulary_bounds.h"

namespace tollgate::config {

namespace {

constexpr Field tier_fields[] = {
    {.name = "rate", .type = Type::rate, .doc = "requests in a time", .min = 1e-6},
    {.name = "burst", .type = Type::integer, .doc = "most requests at once", .min = 1, .max = 1e9},
    {.name = "quota", .type = Type::rate, .doc = "requests in a long time", .min = 1e-9},
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

constexpr Special answer_specials[] = {
    {"headers", "table<string, string|string[]>", "header lines: names with a text or a list of texts"},
};
constexpr Field answer_fields[] = {
    {.name = "status", .type = Type::integer, .doc = "status code", .fallback = "200", .min = 200, .max = 599},
    {.name = "body", .type = Type::text, .doc = "the body"},
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
    {"tracing", statement, "tollgate.tracing", "",
     "Which requests are traced (W3C Trace Context): `tracing { sample = 0.1 }`."},
    {"request", statement,
     "tollgate.request_change|fun(request: tollgate.given_request): string|tollgate.error_answer|nil", "",
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
const Shape register_shape{"register", {}, register_fields};
const Shape route_shape{"route", route_specials, {}};
const Shape tier_shape{"tier", {}, tier_fields};

std::span<const WordEntry> vocabulary() { return words; }
std::span<const Shape* const> shapes() { return all_shapes; }

std::vector<std::string_view> special_names(const Shape& shape) {
    std::vector<std::string_view> names;
    for (const auto& special : shape.specials)
        if (*special.name != '[') names.emplace_back(special.name);
    return names;
}

}  // namespace tollgate::config
