// loadtest/status_filter.h - StatusFilter: "2xx,429,503", the statuses that are meant.
#pragma once

#include "loadtest/results.h"

#include <bitset>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

// Words are classes as reports have them ("4xx" is without 429) and statuses of three digits.
class StatusFilter {
public:
    // Adds what one word means. nullopt, or what is wrong with it: `expected a class ..., got ...`.
    std::optional<std::string> add(std::string_view word);
    // Of words as `--expect` has them, which have been checked. Throws UsageError where one is none.
    static StatusFilter of(std::span<const std::string> words);

    bool takes(int status) const noexcept { return status >= 0 && status < 1000 && statuses_[std::size_t(status)]; }
    std::uint64_t count(const Results& results) const;  // of the answers

private:
    std::bitset<1000> statuses_;
};

}  // namespace tollgate::loadtest
