// plugins/ratelimit/shared_name.h - uses that share a name share its counters, and so have to say one limit.
#pragma once

#include "limit.h"

#include <tollgate/plugin.h>

#include <memory>
#include <optional>
#include <string>

namespace tollgate::ratelimit {

// What a limit's uses agree upon. Held by all of them; of a configuration that is being built, for its builder only.
struct SharedName {
    std::string limit, where;
};

// A limit that is `own`, or what tiers say, or else `other`; the same words for the same limits.
std::string in_words(const std::optional<Limit>& own, const std::optional<Limit>& other);

// Compares the limit, in words, that a use says under this name with what the first use of this configuration said.
// `state` is the name of the counters. Throws ConfigError for the field `field`.
std::shared_ptr<const SharedName> agree(const std::string& name, const std::string& state, const std::string& field,
                                        const std::string& limit, const Settings& settings, Host& host);

}  // namespace tollgate::ratelimit
