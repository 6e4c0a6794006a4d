// plugins/ratelimit/redis/store_of.h - which store a use of the plugin asked for.
#pragma once

#include "store.h"

#include <tollgate/host.h>
#include <tollgate/settings.h>

#include <memory>

namespace tollgate::ratelimit {

// Where the limits of a use are counted that does not count them in memory; null for one that does. `limits`: how many
// it has; `memory` outlives it. Throws ConfigError.
std::unique_ptr<Store> store_of(const Settings& settings, Host& host, Store& memory, std::size_t limits);

}  // namespace tollgate::ratelimit
