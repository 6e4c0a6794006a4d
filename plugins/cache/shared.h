// plugins/cache/shared.h - copies that gateways share through a Redis, as a use's settings say.
#pragma once

#include "kept_form.h"
#include "zone.h"

#include <tollgate/settings.h>

#include <chrono>
#include <memory>
#include <string_view>

namespace tollgate::cache {

// Null where the settings say "memory". `zone` and `form` outlive it. Throws ConfigError.
std::unique_ptr<RedisTier> tier_of(const Settings& settings, Host& host, std::string_view zone_name,
                                   const std::shared_ptr<Zone>& zone, const Form& form);

// How long others may find it there: as long as it is fresh, may be used stale, or can be asked about.
std::chrono::milliseconds worth(const Kept& kept, Instant now);

}  // namespace tollgate::cache
