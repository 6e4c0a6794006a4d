// core/gateway/usage_reports.h - what the loops remember of requests, asked for by an operator's thread.
#pragma once

#include "history/analytics.h"
#include "history/callers.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace tollgate {

struct LoopShare;
namespace plugins {
class LoopServices;
}

// A loop does not run, or does not answer in time.
class LoopsSilent : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Posts to the loops and puts together what they answer; what takes a loop longer than some ten microseconds is asked
// piece by piece (of 2048 names those that came most: 8 us each time, a day's hours and an hour's minutes: 1 us). Any
// thread that is no loop's. Each throws LoopsSilent where a loop does not answer in time.
class UsageReports {
public:
    // Both outlive this.
    UsageReports(plugins::LoopServices& loops, const std::vector<std::unique_ptr<LoopShare>>& shares)
        : loops_{loops}, shares_{shares} {}

    history::Analytics analytics(int hours) const;
    // Of the caller of that id, or else of all callers of that owner; nullopt: nobody has seen them.
    std::optional<history::CallerUsage> usage_of(const std::string& name) const;
    std::vector<history::CallerTotals> callers() const;  // who asked most first

private:
    using Moment = std::chrono::steady_clock::time_point;
    template <class Ask>
    auto ask(Moment end, Ask ask) const;

    plugins::LoopServices& loops_;
    const std::vector<std::unique_ptr<LoopShare>>& shares_;
};

}  // namespace tollgate
