// core/upstream/failure_set.h - FailureSet: which ends of an attempt count as a failure, for a retry, a breaker, an ejection.
#pragma once

#include <tollgate/context.h>

#include <bitset>
#include <cstddef>

namespace tollgate::upstream {

// Ends without an answer by their Outcome, answers by their status. Empty: nothing is a failure.
class FailureSet {
public:
    FailureSet& add(Outcome outcome) noexcept {
        outcomes_.set(std::size_t(outcome));
        return *this;
    }
    // Both ends are part of it. 400 to 599: other answers are no failures, whatever one makes of them.
    FailureSet& add_statuses(int first, int last) noexcept {
        for (int status = first; status <= last; ++status) statuses_.set(std::size_t(status - lowest));
        return *this;
    }
    bool holds(Outcome outcome, int status) const noexcept {
        if (outcome != Outcome::answered) return outcomes_.test(std::size_t(outcome));
        return status >= lowest && status < lowest + int(count) && statuses_.test(std::size_t(status - lowest));
    }
    bool operator==(const FailureSet&) const noexcept = default;

    // Whatever tells of a target that cannot do its work: no whole answer, or 500, 502, 503, 504.
    static FailureSet any_failure() noexcept {
        FailureSet set;
        for (const auto outcome : {Outcome::not_connected, Outcome::connect_timeout, Outcome::reset, Outcome::timeout,
                                   Outcome::garbage, Outcome::cut, Outcome::tls_failed})
            set.add(outcome);
        return set.add_statuses(500, 500).add_statuses(502, 504);
    }

private:
    static constexpr int lowest = 400;
    static constexpr std::size_t count = 200;
    std::bitset<16> outcomes_;
    std::bitset<count> statuses_;
};

}  // namespace tollgate::upstream
