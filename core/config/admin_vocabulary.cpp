// core/config/admin_vocabulary.cpp - what `admin { ... }` can be told, as vocabulary.h has it.
#include "config/vocabulary.h"

namespace tollgate::config {

namespace {

constexpr Special admin_specials[] = {
    {"listen", "string", "address of the listener", "\"127.0.0.1:9180\""},
    {"token", "string", "what `Authorization: Bearer` must bring; required beyond loopback", "none"},
    {"token_file", "string", "file whose first line is the token, instead of `token`", "none"},
    {"hosts", "string|string[]", "names a Host line may have besides loopback and the address", "none"},
    {"services", "table<string, tollgate.service>",
     "programs that operators may have run, by the name of what they restart", "none"},
};
constexpr Field admin_fields[] = {
    {.name = "audit", .type = Type::path,
     .doc = "file that gets a line of JSON for each request that changes something, or was refused to"},
};

constexpr Field service_fields[] = {
    {.name = "restart", .type = Type::texts, .doc = "program and its arguments; no shell reads them", .required = true},
    {.name = "timeout", .type = Type::duration, .doc = "time until it is ended, with all that it has started",
     .fallback = "30 * seconds", .min = 0.1, .max = 3600},
};

}  // namespace

const Shape admin_shape{"admin", admin_specials, admin_fields};
const Shape service_shape{"service", {}, service_fields};

}  // namespace tollgate::config
