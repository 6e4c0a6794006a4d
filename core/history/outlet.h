// core/history/outlet.h - Outlet: where one loop counts its requests that are over, and tells of some of them.
//
// Counting is what every request pays: an addition. Of how long they took, of their bytes and of most of them nobody
// hears unless somebody listens (history/feed.h).
#pragma once

#include "history/latencies.h"
#include "history/ring.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace tollgate::history {

// Lets so many pass in a second, and as many at once. One thread.
class Allowance {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    bool take(TimePoint now, std::int64_t per_second) noexcept {
        constexpr std::chrono::seconds at_once{1};
        if (due_ > now + at_once) return false;
        due_ = (due_ > now ? due_ : now) + std::chrono::nanoseconds{1'000'000'000 / per_second};
        return true;
    }

private:
    TimePoint due_{};
};

class Outlet {
public:
    // So many a second are told of, and as many again of those that did not go well (status 400 and above).
    static constexpr std::int64_t told_to_nobody = 50, told_to_listeners = 500;

    struct Ended {
        int status;
        std::chrono::nanoseconds duration;
        std::optional<std::chrono::nanoseconds> own;  // nullopt: nothing was answered
        std::uint64_t received, sent;
    };
    // [loop] True: tell() is wanted.
    bool count(const Ended& ended, Allowance::TimePoint now) noexcept {
        auto& tally = results_[std::size_t(result_of(ended.status))];
        add(tally, 1);
        const bool listened = listened_.load(std::memory_order_relaxed);
        if (listened) count_whole(ended);
        auto& allowance = ended.status < 400 ? ordinary_ : troubled_;
        return allowance.take(now, listened ? told_to_listeners : told_to_nobody);
    }
    // [loop] Right after it: numbers the record, and keeps it for the feed if there is room.
    void tell(RecordView record, std::size_t loop) noexcept;

    // [feed]
    void listen(bool on) noexcept { listened_.store(on, std::memory_order_relaxed); }
    std::optional<Record> next() { return ring_.pop(); }

    // Any thread: everything since the start, but for what is counted only while somebody listens.
    struct Totals {
        std::array<std::uint64_t, results> by_result{};
        std::uint64_t told = 0;
        std::uint64_t received = 0, sent = 0;         // while somebody listens
        LatencyCounts durations{}, own{};             // likewise
        std::uint64_t requests() const noexcept;
        void add(const Totals& other) noexcept;
        void subtract(const Totals& earlier) noexcept;
    };
    Totals totals() const noexcept;
    std::array<std::uint64_t, results> by_result() const noexcept;

private:
    using Tally = std::atomic<std::uint64_t>;
    static void add(Tally& tally, std::uint64_t n) noexcept {
        tally.store(tally.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    void count_whole(const Ended& ended) noexcept;

    std::array<Tally, results> results_{};
    Allowance ordinary_, troubled_;
    Tally told_{0}, received_{0}, sent_{0};
    Latencies durations_, own_;
    Ring ring_;
    alignas(64) std::atomic<bool> listened_{false};  // the feed's
};

}  // namespace tollgate::history
