// core/config/health_vocabulary.cpp - what an upstream can be told of its targets' health, as vocabulary.h has it.
#include "config/vocabulary.h"
#include "config/vocabulary_bounds.h"

namespace tollgate::config {

namespace {

constexpr const char* check_methods[] = {"GET", "HEAD", "OPTIONS"};
constexpr Special health_specials[] = {
    {"status", "integer|string|(integer|string)[]", "statuses that tell of health, or \"2xx\"", "\"2xx\""},
};
// By the names of upstream::CheckSettings, and below upstream::EjectSettings, which have the same defaults.
constexpr Field health_fields[] = {
    {.name = "path", .doc = "what is asked for", .required = true},
    {.name = "method",
     .type = Type::choice,
     .doc = "how it is asked for",
     .fallback = "\"GET\"",
     .choices = check_methods},
    {.name = "host", .doc = "the Host line; unset: the target's address"},
    {.name = "every",
     .type = Type::duration,
     .doc = "from one check to the next, a tenth more or less",
     .fallback = "5 * seconds",
     .min = 0.01,
     .max = day},
    {.name = "timeout",
     .type = Type::duration,
     .doc = "from connecting to the whole head of the answer",
     .fallback = "2 * seconds",
     .min = 0.001,
     .max = day},
    {.name = "rise",
     .type = Type::integer,
     .doc = "checks in a row that pass, for a target to come in",
     .fallback = "2",
     .min = 1,
     .max = 1000},
    {.name = "fall",
     .type = Type::integer,
     .doc = "checks in a row that fail, for a target to go out",
     .fallback = "3",
     .min = 1,
     .max = 1000},
};

constexpr Special eject_specials[] = {
    {"on", "string|integer|(string|integer)[]",
     "what is a failure: \"connect\", \"reset\", \"timeout\", \"garbage\", \"cut\", statuses from 400 to 599, \"4xx\", "
     "\"5xx\"",
     "{ \"connect\", \"reset\", \"timeout\", \"garbage\", \"cut\", 500, 502, 503, 504 }"},
};
constexpr Field eject_fields[] = {
    {.name = "failures",
     .type = Type::integer,
     .doc = "attempts in a row that fail; 0: however many",
     .fallback = "5",
     .min = 0,
     .max = 1e6},
    {.name = "error_rate",
     .type = Type::number,
     .doc = "share of the attempts within the window that fail; 0: whatever share",
     .fallback = "0",
     .min = 0,
     .max = 1},
    {.name = "minimum",
     .type = Type::integer,
     .doc = "attempts within the window below which no share counts",
     .fallback = "20",
     .min = 1,
     .max = 1e6},
    {.name = "window",
     .type = Type::duration,
     .doc = "the time that the share is of",
     .fallback = "10 * seconds",
     .min = 0.1,
     .max = 3600},
    {.name = "time",
     .type = Type::duration,
     .doc = "how long the first ejection lasts; each further one that much longer",
     .fallback = "10 * seconds",
     .min = 0.01,
     .max = day},
    {.name = "longest",
     .type = Type::duration,
     .doc = "how long one lasts at most",
     .fallback = "5 * minutes",
     .min = 0.01,
     .max = day},
    {.name = "most",
     .type = Type::number,
     .doc = "share of the targets that may be ejected at a time; one may, and one always stays",
     .fallback = "0.5",
     .min = 0.01,
     .max = 1},
};

}  // namespace

const Shape eject_shape{"eject", eject_specials, eject_fields};
const Shape health_shape{"health", health_specials, health_fields};

}  // namespace tollgate::config
