// loadtest/verify/pace.h - pace_of(): whether a sliding window that is always asked admits as much as it has to.
//
// It forgets what it withheld: an estimate that is used up says nothing of how much was admitted long ago, so there is
// no Room to add up. But each of its windows must have admitted N, less what rounding and the times between requests
// cost:
//
//   At a refusal the estimate is above N - 1. It falls by N * gap / W at most until the next request, which is refused
//   as well, or admitted and counts. So from the first refusal on it is above N - 1 - N * gap / W at every request, and
//   as the last one before a window's end comes within `gap` of it, that window has c > N - 1 - 2 * N * gap / W =: N -
//   l. Between refusals at the shares g of a window and h of another, T later, there are N (1 - g) of the first at
//   least, less its l and that of the window before it; N - l of each in between; N h - 1 of the last. In all N * T / W
//   - 1 - (the l of all windows that end from a W before the first refusal on to the second). Where the windows end is
//   not known; but in each stretch of W one does, and there the longest gap counts. Gaps are between requests that this
//   limit decided over: what another refused did not count here, and did not have to wait for this one either. A lease
//   that is held when a window ends is lost to it: then l is as much more.
#pragma once

#include "loadtest/verify/limit.h"
#include "loadtest/verify/record.h"

#include <optional>
#include <vector>

namespace tollgate::loadtest::verify {

struct Pace {
    std::optional<Offence> offence;  // the stretch that has least, compared with what it had to have
    double seen_from = 1;            // the share of an error that the longest stretch is sure to show
};

// `by_this[i]`: record i of the evidence was refused, and by this limit alone.
Pace pace_of(const Limit& limit, const Evidence& evidence, const std::vector<bool>& by_this,
             const Clocks& clocks);

}  // namespace tollgate::loadtest::verify
