// core/config/retry_vocabulary.cpp - what an upstream can be told of further attempts, as vocabulary.h has it.
#include "config/vocabulary.h"
#include "config/vocabulary_bounds.h"

namespace tollgate::config {

namespace {

constexpr Special retry_specials[] = {
    {"on", "string|integer|(string|integer)[]",
     "what is tried again: \"connect\", \"reset\", \"timeout\", \"garbage\", statuses from 400 to 599, \"4xx\", \"5xx\"",
     "{ \"connect\", \"reset\" }"},
    {"hedge", "tollgate.duration|number",
     "without a head after so long, or after that share (0.95) of the upstream's latest times to the first byte, another target is asked as well",
     "never"},
};
// By the names of upstream::RetrySettings, which has the same defaults but for `backoff`: what is tried elsewhere only, as
// without `retry`, need not wait.
constexpr Field retry_fields[] = {
    {.name = "attempts", .type = Type::integer, .doc = "most attempts of a request, with the first", .fallback = "2",
     .min = 1, .max = 100},
    {.name = "methods", .type = Type::texts, .doc = "methods that may be repeated besides those that HTTP says so of",
     .fallback = "{}"},
    {.name = "backoff", .type = Type::duration,
     .doc = "longest pause before the second attempt; it doubles with each further one",
     .fallback = "25 * milliseconds", .min = 0, .max = day},
    {.name = "longest_backoff", .type = Type::duration,
     .doc = "longest pause before any attempt, at least `backoff`; a Retry-After beyond it is not waited for",
     .fallback = "1 * second", .min = 0, .max = day},
    {.name = "body", .type = Type::size, .doc = "largest body of a request that is kept to be sent again",
     .fallback = "64 * kilobytes", .min = 0, .max = 64.0 * 1024 * 1024},
    {.name = "budget", .type = Type::number,
     .doc = "most retries as a share of the upstream's requests, both of the last 10 seconds", .fallback = "0.2", .min = 0,
     .max = 1},
    {.name = "budget_floor", .type = Type::integer, .doc = "retries that 10 seconds may have whatever that share is",
     .fallback = "10", .min = 0, .max = 1e6},
};

}  // namespace

const Shape retry_shape{"retry", retry_specials, retry_fields};

}  // namespace tollgate::config
