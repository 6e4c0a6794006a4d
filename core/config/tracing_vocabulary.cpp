// core/config/tracing_vocabulary.cpp - what `tracing` can be told, as vocabulary.h has it.
#include "config/vocabulary.h"

namespace tollgate::config {

namespace {

constexpr Special tracing_specials[] = {
    {"to", "string", "where spans are sent, by OTLP/HTTP: \"http://127.0.0.1:4318/v1/traces\", or https", "nowhere"},
    {"parent", "boolean|\"trusted\"",
     "whose word counts on whether a trace is recorded, as `traceparent` says it: everybody's, nobody's, or that of `trusted_proxies`",
     "\"trusted\""},
    {"headers", "table<string, string|string[]>", "header lines that the collector wants to see, by name", "none"},
    {"tls", "tollgate.upstream_tls", "whom an https collector has to be, and what it is shown",
     "what the system trusts, made out to its host"},
};
// By the names of tracing::Destination, which has the same defaults.
constexpr Field tracing_fields[] = {
    {.name = "sample", .type = Type::number, .doc = "share of the other traces that are recorded", .fallback = "1", .min = 0,
     .max = 1},
    {.name = "service", .type = Type::text, .doc = "what the gateway is called there", .fallback = "\"tollgate\""},
    {.name = "noticeable", .type = Type::duration, .doc = "what a plugin must take for a span of its own",
     .fallback = "1 * milliseconds", .min = 0, .max = 3600},
    {.name = "timeout", .type = Type::duration, .doc = "for an export as a whole", .fallback = "10 * seconds", .min = 0.01,
     .max = 600},
    {.name = "every", .type = Type::duration, .doc = "the longest that a span waits for others to be sent with",
     .fallback = "1 * seconds", .min = 0.05, .max = 600},
    {.name = "batch", .type = Type::integer, .doc = "spans that are sent at once, and so do not wait", .fallback = "512", .min = 1,
     .max = 10'000},
    {.name = "queue", .type = Type::integer, .doc = "spans kept while the collector does not take any; beyond them new ones are dropped",
     .fallback = "8192", .min = 1, .max = 1'000'000},
};

}  // namespace

const Shape tracing_shape{"tracing", tracing_specials, tracing_fields};

}  // namespace tollgate::config
