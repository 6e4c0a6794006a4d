// core/config/tracing_vocabulary.cpp - what `tracing` can be told, as vocabulary.h has it.
#include "config/vocabulary.h"

namespace tollgate::config {

namespace {

constexpr Special tracing_specials[] = {
    {"parent", "boolean|\"trusted\"",
     "whose word counts on whether a trace is recorded, as `traceparent` says it: everybody's, nobody's, or that of `trusted_proxies`",
     "\"trusted\""},
};
constexpr Field tracing_fields[] = {
    {.name = "sample", .type = Type::number, .doc = "share of the other traces that are recorded", .fallback = "1", .min = 0,
     .max = 1},
};

}  // namespace

const Shape tracing_shape{"tracing", tracing_specials, tracing_fields};

}  // namespace tollgate::config
