// plugins/ratelimit/regions/tally.h - Tally: what this gateway's loops have counted since somebody last asked.
//
// add() is on the way of every request and never waits: each thread has a sheet of its own, and a second one for the
// moment in which collect() has taken the first.
#pragma once

#include "regions/window.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace tollgate::ratelimit::regions {

// Any thread.
class Tally {
public:
    struct Entry {
        std::uint64_t key = 0;  // 0: free
        Window window;
        std::int64_t amount = 0;
    };

    Tally() = default;
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;

    // `key`: not 0. Below 0: given back.
    void add(std::uint64_t key, Window window, std::int64_t amount) noexcept;
    // Everything that was added and not collected yet. One thread at a time.
    template <class Take>
    void collect(Take take) {
        for (Desk& desk : desks_)
            for (Sheet& sheet : desk) {
                empty(sheet);
                for (Entry& entry : taken_) {
                    if (entry.key != 0) take(std::as_const(entry));
                    entry = {};
                }
            }
    }
    // What found no room since the last call: more keys at once than a sheet takes, or no memory.
    std::uint64_t take_left_out() noexcept { return left_out_.exchange(0, std::memory_order_relaxed); }

private:
    struct alignas(64) Sheet {
        std::mutex mutex;
        std::vector<Entry> entries;  // a table, found by the key: its size a power of two
        std::size_t used = 0;
    };
    using Desk = std::array<Sheet, 2>;
    static constexpr std::size_t smallest = 64, largest = std::size_t{1} << 16;

    static Entry* place_of(std::vector<Entry>& entries, std::uint64_t key, const Window& window) noexcept;
    static bool grow(Sheet& sheet) noexcept;
    void write(Sheet& sheet, std::uint64_t key, Window window, std::int64_t amount) noexcept;
    void empty(Sheet& sheet);

    std::array<Desk, 16> desks_;
    std::vector<Entry> taken_;  // collect()'s: no key but while it runs
    std::atomic<std::uint64_t> left_out_{0};
};

}  // namespace tollgate::ratelimit::regions
