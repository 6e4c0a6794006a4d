// core/config/breaker_vocabulary.cpp - what `breaker` of an upstream can be told, as vocabulary.h has it.
#include "config/vocabulary.h"
#include "config/vocabulary_bounds.h"

namespace tollgate::config {

namespace {

constexpr const char* breaker_scopes[] = {"target", "upstream", "both"};
constexpr Special breaker_specials[] = {
    {"on", "string|integer|(string|integer)[]",
     "what is a failure: \"connect\", \"reset\", \"timeout\", \"garbage\", \"cut\", statuses from 400 to 599, \"4xx\", \"5xx\"",
     "{ \"connect\", \"reset\", \"timeout\", \"garbage\", \"cut\", 500, 502, 503, 504 }"},
};
// By the names of upstream::BreakerSettings, which has the same defaults.
constexpr Field breaker_fields[] = {
    {.name = "failures", .type = Type::integer, .doc = "attempts in a row that fail; 0: however many", .fallback = "5", .min = 0,
     .max = 1e6},
    {.name = "error_rate", .type = Type::number, .doc = "share of the attempts within the window that fail; 0: whatever share",
     .fallback = "0", .min = 0, .max = 1},
    {.name = "minimum", .type = Type::integer, .doc = "attempts within the window below which no share counts", .fallback = "20",
     .min = 1, .max = 1e6},
    {.name = "window", .type = Type::duration, .doc = "the time that the share is of", .fallback = "10 * seconds", .min = 0.1,
     .max = 3600},
    {.name = "open", .type = Type::duration, .doc = "how long nothing gets through, before it is half-open",
     .fallback = "10 * seconds", .min = 0.01, .max = day},
    {.name = "half_open", .type = Type::integer,
     .doc = "attempts at a time that may try, while it is half-open, and how many of them must succeed to close it",
     .fallback = "1", .min = 1, .max = 1000},
    {.name = "scope", .type = Type::choice, .doc = "what has one: each target, the upstream as a whole, or both",
     .fallback = "\"target\"", .choices = breaker_scopes},
};

}  // namespace

const Shape breaker_shape{"breaker", breaker_specials, breaker_fields};

}  // namespace tollgate::config
