// plugins/cache/making.h - from an answer to what is kept of it.
#pragma once

#include "asked.h"
#include "kept.h"
#include "rules.h"
#include "shared.h"
#include "zone.h"

#include <tollgate/host.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// What a use of the cache has for that; outlives what refers to it.
struct Site {
    Host& host;
    const Rules& rules;
    Zone& zone;
    Counter& stored;
    RedisTier* tier;  // null: what is kept is this gateway's alone
};

Seconds wall_clock(const Host& host);  // since 1970

// An answer without its body: what of it is kept, under the key by which `asked` will find it.
std::shared_ptr<const Kept> made(const Site& site, const Asked& asked, Instant asked_at, Lines answer, int status,
                                 Terms terms);

// What is kept with what a 304, or the answer to a HEAD, says newly.
struct Refreshed {
    std::shared_ptr<const Kept> kept;
    bool keeps = false;  // it may still be kept
    std::string_view why_not{};
};
Refreshed refreshed(const Site& site, const Asked& asked, Instant asked_at, const Kept& kept, Lines newer);

// The words of these lines: "a, b c" has three.
std::vector<std::string> tags_in(Lines lines, const std::vector<std::string>& names);

}  // namespace tollgate::cache
