// core/upstream/retry_budget.h - RetryBudget: how many retries an upstream's requests allow, lest they multiply an outage.
#pragma once

#include "upstream/ratio_window.h"
#include "upstream/settings.h"

#include <array>
#include <cstddef>

namespace tollgate::upstream {

// Of one upstream, over all loops. Any thread, without locks: each loop counts its requests apart.
class RetryBudget {
public:
    static constexpr net::Duration window = std::chrono::seconds{10};

    void count_request(std::size_t loop, net::TimePoint now) noexcept {
        shards_[loop % shards_.size()].requests.add(1, 0, window, now);
    }
    // True, and one more counted, where the last ten seconds' retries are fewer than both `budget` (a share of the
    // requests) and `budget_floor` allow, whichever is more. Threads that ask in the same instant may get one each.
    bool take(const RetrySettings& settings, net::TimePoint now) noexcept;

    std::uint64_t requests(net::TimePoint now) const noexcept;
    std::uint64_t retries(net::TimePoint now) const noexcept { return retries_.sums(window, now).all; }

private:
    struct alignas(64) Shard {
        RatioWindow requests;
    };
    std::array<Shard, 16> shards_;
    RatioWindow retries_;
};

}  // namespace tollgate::upstream
