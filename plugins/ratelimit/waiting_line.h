// plugins/ratelimit/waiting_line.h - WaitingLine: places in the line before a token bucket that their owners have left.
//
// Who waits for tokens has taken them: his place is the moment at which they are there, and nobody behind him moves
// when he leaves. So his place is kept here until then, for the next who would have to wait longer than that: what is
// let through is just what the bucket allows, at every moment.
#pragma once

#include "store.h"

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

namespace tollgate::ratelimit {

// Any thread. Bounded: places beyond are lost, which lets less through and never more.
class WaitingLine {
public:
    struct Place {
        const Counters* counters;
        std::uint64_t hash;   // of the key
        std::uint64_t price;  // only for who pays the same
        Ticks due;
    };

    void offer(const Place& place, Ticks now) noexcept;
    // The first place of the same key and price that is due after `now` and before `place.due`; it is taken then.
    std::optional<Ticks> earlier(const Place& place, Ticks now) noexcept;

private:
    static constexpr std::size_t most = 4096;  // of a shard

    struct alignas(64) Shard {
        std::mutex mutex;
        std::vector<Place> places;
    };
    Shard& shard_of(const Place& place) noexcept { return shards_[place.hash % shards_.size()]; }

    std::array<Shard, 16> shards_;
    std::atomic<std::size_t> count_{0};  // so that a line that nobody leaves costs one load
};

}  // namespace tollgate::ratelimit
