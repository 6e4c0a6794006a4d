// loadtest/verify/record.cpp - putting records in order, and counting what lies in an interval.
#include "loadtest/verify/record.h"

#include <algorithm>

namespace tollgate::loadtest::verify {

Evidence::Evidence(std::span<const Record> records) : records_(records.begin(), records.end()) {
    std::sort(records_.begin(), records_.end(), [](const Record& a, const Record& b) {
        return a.sent != b.sent ? a.sent < b.sent : a.done < b.done;
    });
    for (const Record& record : records_) {
        if (record.outcome == Outcome::refused) continue;
        perhaps_sent_.push_back(record.sent);
        perhaps_done_.push_back(record.done);
        if (record.outcome == Outcome::unclear) continue;
        sent_.push_back(record.sent);
        done_.push_back(record.done);
    }
    std::sort(done_.begin(), done_.end());
    std::sort(perhaps_done_.begin(), perhaps_done_.end());
}

std::size_t Evidence::surely(std::int64_t from, std::int64_t to) const noexcept {
    const auto too_early = std::lower_bound(sent_.begin(), sent_.end(), from) - sent_.begin();
    const auto in_time = std::upper_bound(done_.begin(), done_.end(), to) - done_.begin();
    return in_time > too_early ? static_cast<std::size_t>(in_time - too_early) : 0;
}

std::size_t Evidence::perhaps(std::int64_t from, std::int64_t to) const noexcept {
    const auto begun = std::upper_bound(perhaps_sent_.begin(), perhaps_sent_.end(), to) - perhaps_sent_.begin();
    const auto over = std::lower_bound(perhaps_done_.begin(), perhaps_done_.end(), from) - perhaps_done_.begin();
    return static_cast<std::size_t>(begun - over);
}

}  // namespace tollgate::loadtest::verify
