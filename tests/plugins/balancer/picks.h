// tests/plugins/balancer/picks.h - candidates for a policy, and what it made of many picks.
#pragma once

#include "policy.h"

#include <boost/test/tools/collection_comparison_op.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tollgate::balancer {

using Counts = std::vector<int>;
inline const auto per_element = boost::test_tools::per_element();

struct All final : Candidates {
    bool usable(std::size_t) const override { return true; }
};

class Without final : public Candidates {
public:
    Without(std::initializer_list<std::size_t> out) : out_{out} {}
    bool usable(std::size_t target) const override { return !out_.contains(target); }

private:
    std::set<std::size_t> out_;
};

// For a request that was at one of them.
struct OnceMore final : Candidates {
    explicit OnceMore(std::size_t tried) : tried{tried} {}
    bool usable(std::size_t target) const override { return target != tried; }
    bool once_more() const override { return true; }
    std::size_t tried;
};

// Targets with so many requests under way, at a time, for a key; some of them out.
struct Scene final : Candidates {
    std::vector<std::uint32_t> loads;
    std::set<std::size_t> out;
    TimePoint time{std::chrono::hours{1}};
    std::optional<std::uint64_t> asked_by;

    explicit Scene(std::vector<std::uint32_t> loads) : loads{std::move(loads)} {}
    bool usable(std::size_t target) const override { return !out.contains(target); }
    std::uint32_t load(std::size_t target) const override { return loads[target]; }
    TimePoint now() const override { return time; }
    std::optional<std::uint64_t> key() const override { return asked_by; }
};

// "aabacaa" for targets 0, 0, 1, 0, 2, 0, 0.
inline std::string letters(Policy& policy, const Candidates& candidates, int picks) {
    std::string text;
    for (int i = 0; i < picks; ++i) text += static_cast<char>('a' + policy.pick(candidates).value());
    return text;
}

inline Counts shares(Policy& policy, const Candidates& candidates, std::size_t targets, int picks) {
    Counts counts(targets);
    for (int i = 0; i < picks; ++i) ++counts[policy.pick(candidates).value()];
    return counts;
}

inline std::chrono::nanoseconds cost_of_a_pick(Policy& policy, const Candidates& candidates) {
    constexpr int picks = 10'000;
    auto best = std::chrono::nanoseconds::max();
    std::size_t sum = 0;
    for (int round = 0; round < 10; ++round) {
        const auto began = std::chrono::steady_clock::now();
        for (int i = 0; i < picks; ++i) sum += policy.pick(candidates).value();
        best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - began);
    }
    BOOST_TEST(sum > 0u);
    return best / picks;
}

}  // namespace tollgate::balancer
