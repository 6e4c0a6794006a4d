// core/history/recent.h - Recent: the last requests, and the last that did not go well, in memory.
#pragma once

#include "history/filter.h"
#include "history/record.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace tollgate::history {

// A record and its place among all that were remembered, from 1. Never changed again.
struct Remembered {
    std::uint64_t number = 0;
    std::shared_ptr<const Record> record;
};

// Guarded by whoever has it (history/feed.h).
class Recent {
public:
    static constexpr std::size_t most = 2000, most_troubled = 500;  // troubled: status 400 and above

    const Remembered& remember(std::shared_ptr<const Record> record);  // valid until the next
    // Those that `filter` takes, the latest first: at most so many, of those before the number (0: all).
    std::vector<Remembered> find(const Filter& filter, std::size_t limit, std::uint64_t before = 0) const;

private:
    std::uint64_t last_ = 0;
    std::deque<Remembered> all_, troubled_;  // by number; in `troubled_` only what `all_` has forgotten
};

}  // namespace tollgate::history
