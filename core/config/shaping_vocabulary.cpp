// core/config/shaping_vocabulary.cpp - what changes of requests and answers can be told, as vocabulary.h has it.
#include "config/vocabulary.h"

namespace tollgate::config {

namespace {

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

}  // namespace

const Shape cors_shape{"cors", {}, cors_fields};
const Shape error_answer_shape{"error_answer", error_answer_specials, error_answer_fields};
const Shape failure_shape{"failure", failure_specials, {}, true};
const Shape answer_given_shape{"given_response", answer_given_specials, {}, true};
const Shape header_changes_shape{"header_changes", header_changes_specials, {}};
const Shape redirect_shape{"redirect", redirect_specials, {}};
const Shape request_change_shape{"request_change", request_change_specials, request_change_fields};
const Shape response_shape{"response", response_specials, response_fields};
const Shape rewrite_shape{"rewrite", rewrite_specials, {}};
const Shape request_shape{"request", request_specials, {}, true};
const Shape request_given_shape{"given_request", request_given_specials, {}, true, &request_shape};

}  // namespace tollgate::config
