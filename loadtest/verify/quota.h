// loadtest/verify/quota.h - what a quota by the calendar let through in each of its windows, and refused.
//
// Both clocks say when a window ends, ours and the gateway's, and they are the same but for Clocks::wall_off. What was
// sent and answered within a window, by more than that and Clocks::behind, was surely counted in it: never more than
// the quota. A refusal that surely was in a window is in order if the quota may have been used up: if so many may have
// been admitted in it before; in a window that had begun before we came nobody knows, unless somebody came in later.
#pragma once

#include "loadtest/verify/limit.h"
#include "loadtest/verify/record.h"
#include "loadtest/verify/too_little.h"

#include <optional>
#include <vector>

namespace tollgate::loadtest::verify {

// The window that has the most above its bound.
std::optional<Offence> too_much_of_quota(const Limit& limit, const Evidence& evidence, const Clocks& clocks);

// By the records of the evidence; of refused ones only.
std::vector<Room> room_of_quota(const Limit& limit, const Evidence& evidence, const Clocks& clocks);

// Whether one of these refusals was in a window that began while we were there: that enough is admitted is proven then.
bool saw_a_window_begin(const Limit& limit, const Evidence& evidence, const Clocks& clocks);

}  // namespace tollgate::loadtest::verify
