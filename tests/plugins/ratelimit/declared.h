// tests/plugins/ratelimit/declared.h - limits as a configuration would declare them, one of each algorithm.
#pragma once

#include "store.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::test {

// A limit, by its name, and its counters in this gateway's memory.
struct Declared {
    std::string name;
    ratelimit::Limit limit;
    std::shared_ptr<ratelimit::Counters> counters = ratelimit::make_counters(limit.algorithm(), 1000);
    ratelimit::Claim claim(std::string_view key = "alice", double cost = 1) const {
        return {.name = &name, .counters = counters.get(), .limit = limit, .key = key, .cost = cost};
    }
};

// Of `count` in an hour, in a month, or at a time.
inline std::vector<Declared> one_of_each(double count) {
    using namespace ratelimit;
    using namespace std::chrono_literals;
    return {{"bucket", {count, 1h, std::int64_t(count)}},
            {"sliding", Limit::windowed(Algorithm::sliding_window, count, 1h)},
            {"fixed", Limit::windowed(Algorithm::fixed_window, count, 1h)},
            {"log", Limit::windowed(Algorithm::sliding_log, count, 1h)},
            {"quota", Limit::quota(count, Calendar::month)},
            {"concurrency", Limit::at_once(std::int64_t(count))}};
}

}  // namespace tollgate::test
