// core/upstream/call_failures.cpp - whose fault it is that a call fails.
#include "upstream/call_failures.h"

namespace tollgate::upstream {

Outcome ended_by_deadline(const Call& call, Outcome its_own) {
    const auto whole = call.upstream.deadline;
    return whole > net::Duration::zero() && 2 * (call.deadline - call.began) > whole ? its_own : Outcome::abandoned;
}

Failure upstream_failure(int status, const char* reason, const char* message, const Call& call, const std::string& how) {
    return {Culprit::upstream, status, reason, message, std::string(call.target.address()) + ": " + how};
}

}  // namespace tollgate::upstream
