// plugins/ratelimit/regions/settings.h - what a use says of regions, and what comes of it.
#pragma once

#include "regions/report.h"

#include <tollgate/host.h>
#include <tollgate/settings.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tollgate::ratelimit::regions {

// A limit of a use, and `where` it stands there, for errors: "" or "limits: 2: ".
struct Counted {
    const std::string& name;
    const std::string& where;
    Algorithm algorithm;
    Align align;
    std::size_t keys;
};

// What uses that share a name have to say alike; "" where it says nothing of regions. Throws ConfigError.
std::string in_words(const Settings& use);

// The counters of a limit that gateways share; null where the use says nothing of regions. Throws ConfigError.
std::shared_ptr<RegionalCounters> counters_of(const Counted& limit, const Settings& use, Host& host);

// What exchanges the counters of a use, by the names of their limits; null where it says nothing of regions. Throws
// ConfigError.
using Limits = std::vector<std::pair<std::string, std::shared_ptr<RegionalCounters>>>;
std::unique_ptr<const Registered> exchange_of(const Settings& use, Host& host, const Limits& limits);

}  // namespace tollgate::ratelimit::regions
