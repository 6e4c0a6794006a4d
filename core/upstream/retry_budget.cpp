// core/upstream/retry_budget.cpp - adding up what the loops counted, once a retry is asked for.
#include "upstream/retry_budget.h"

#include <algorithm>

namespace tollgate::upstream {

std::uint64_t RetryBudget::requests(net::TimePoint now) const noexcept {
    std::uint64_t all = 0;
    for (const auto& shard : shards_) all += shard.requests.sums(window, now).all;
    return all;
}

bool RetryBudget::take(const RetrySettings& settings, net::TimePoint now) noexcept {
    const std::uint64_t made = retries(now);
    // The requests need adding up only where the floor is not enough.
    if (made >= settings.budget_floor && double(made) + 1 > settings.budget * double(requests(now))) return false;
    retries_.add(1, 1, window, now);
    return true;
}

}  // namespace tollgate::upstream
