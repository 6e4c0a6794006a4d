// plugins/cache/freshness.h - for how long an answer may be used, and how old it is (RFC 9111 section 4.2).
#pragma once

#include "cache_control.h"
#include "dates.h"
#include "lines.h"

#include <chrono>
#include <cstdint>

namespace tollgate::cache {

using Milliseconds = std::chrono::milliseconds;

// Whose word it is.
enum class Source : std::uint8_t {
    none,       // nobody says anything: it may be kept, to be validated, and not used without
    answer,     // s-maxage, max-age or Expires
    heuristic,  // a tenth of the time since it was last changed, a day at the most (section 4.2.2)
    operator_,  // routes.lua says it
};

struct Lifetime {
    Milliseconds time{0};
    Source source = Source::none;
};

// Statuses that may be kept although nobody says so (RFC 9110 section 15.1, without 206).
bool cacheable_by_default(int status) noexcept;

// As the answer says it, and only where it does: Source::answer or none. `expires` is false where a targeted field
// speaks for it. `now` in seconds since 1970, when the answer came.
Lifetime said_lifetime(Lines answer, const Directives& directives, bool expires, Seconds now);
// By section 4.2.2, for statuses that allow it and answers that say public; a lifetime of Source::none for the others.
Lifetime guessed_lifetime(int status, Lines answer, const Directives& directives, Seconds now);

// How old the answer was when it came, `now`; `delay` is from the request to then (section 4.2.3).
Milliseconds age_at_arrival(Lines answer, Seconds now, Milliseconds delay);

}  // namespace tollgate::cache
