// loadtest/verify/crowd.cpp - laying certain intervals one over the other.
#include "loadtest/verify/crowd.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace tollgate::loadtest::verify {

namespace {

constexpr std::int64_t rounding = 1'000'000;  // nanoseconds: of an upstream's timer

}  // namespace

Crowd crowd_of(const Limit& limit, const Evidence& evidence, const Clocks& clocks) {
    const auto takes =
        static_cast<std::int64_t>(static_cast<double>(limit.window.count()) * (1 - clocks.drift)) - rounding;
    Crowd crowd;
    std::vector<std::pair<std::int64_t, int>> moments;  // who leaves goes before who comes
    for (const Record& record : evidence.records()) {
        const std::int64_t from = record.done - takes, to = record.sent + takes;
        if (record.outcome != Outcome::admitted) continue;
        if (record.done - record.sent < takes) ++crowd.sooner;  // it took less, and says nothing
        if (record.done - record.sent < takes || from >= to) continue;
        moments.emplace_back(from, 1);
        moments.emplace_back(to, -1);
    }
    std::sort(moments.begin(), moments.end());
    double inside = 0;
    const double bound = std::floor(limit.count + 1e-6);
    for (std::size_t i = 0; i < moments.size(); ++i) {
        inside += moments[i].second;
        if (inside <= crowd.most) continue;
        crowd.most = inside;
        if (inside > bound) crowd.offence = Offence{moments[i].first, moments[i + 1].first, inside, bound};
    }
    return crowd;
}

}  // namespace tollgate::loadtest::verify
