// plugins/cache/pages.h - what operators see of the cache and can do to it; and where the uses of one name meet.
#pragma once

#include "rules.h"
#include "zone.h"

#include <tollgate/host.h>

#include <memory>
#include <string>

namespace tollgate::cache {

// What it is called towards people: its name, or "default".
std::string cache_name(const Rules& rules);
// The zone of that name, which outlives a reload; with the pages and commands that go with it.
std::shared_ptr<Zone> zone_of(Host& host, const Rules& rules);

}  // namespace tollgate::cache
