// core/upstream/call_failures.h - how a call ends that fails or is late; for those who make it.
#pragma once

#include "upstream/client.h"

#include <algorithm>
#include <string>

namespace tollgate::upstream {

// How an attempt ended that the deadline has ended. It says nothing of a target that had little of it, as after another
// attempt or in a queue; one that had more than half of it for itself would otherwise never be seen to hang where the
// deadline is shorter than its timeouts.
Outcome ended_by_deadline(const Call& call, Outcome its_own);

// What is left of `time`, of which the deadline may have less.
inline net::Duration until_deadline(const Call& call, net::Duration time, net::TimePoint now) {
    return std::min(time, call.deadline - now);
}

// That it is the fault of its target, which went wrong in the way of `how`.
Failure upstream_failure(int status, const char* reason, const char* message, const Call& call, const std::string& how);

}  // namespace tollgate::upstream
