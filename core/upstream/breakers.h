// core/upstream/breakers.h - the breakers that an attempt meets: its upstream's and its target's, and what the log
// hears.
#pragma once

#include "upstream/breaker.h"

#include <string>

namespace tollgate::upstream {

struct AttemptEnd;
struct Upstream;
class UpstreamTarget;

// What they let an attempt through with. Empty where no breaker is set.
struct BreakerPasses {
    Breaker::Pass of_upstream{}, of_target{};
};

// Any thread. Each does nothing where `breaker` of the upstream does not say so.
namespace breakers {
// How long no attempt gets through at the whole upstream; 0 where one may now.
net::Duration refuses_for(const Upstream& upstream) noexcept;
// The same of all of its targets: the shortest of theirs; 0 where they have no breakers.
net::Duration targets_refuse_for(const Upstream& upstream) noexcept;
bool lets_through(const UpstreamTarget& target) noexcept;
// Whether it stands open for every attempt: one that begins now is no probe.
bool closed(const UpstreamTarget& target) noexcept;
// "its breaker is open, and tried again in 7.5 s", for people; "" where it lets attempts through.
std::string why_out(const UpstreamTarget& target);
// False: one of them does not let it through, and neither counts it.
[[nodiscard]] bool begin(const UpstreamTarget& target, BreakerPasses& passes) noexcept;
void answered(const UpstreamTarget& target, BreakerPasses& passes, int status) noexcept;
void end(const UpstreamTarget& target, BreakerPasses& passes, const AttemptEnd& end) noexcept;
}  // namespace breakers

}  // namespace tollgate::upstream
