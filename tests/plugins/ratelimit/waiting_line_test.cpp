// tests/plugins/ratelimit/waiting_line_test.cpp - who waits for tokens, in which order, and who leaves the line.
#include "memory_store.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr Time start{1'000'000s};
const std::string name = "line";

struct Line {
    MemoryStore store;
    std::shared_ptr<Counters> counters = make_counters(Algorithm::token_bucket, 100);
    Limit limit;
    nanoseconds longest;

    Line(const Limit& held_to, nanoseconds longest_delay) : limit{held_to}, longest{longest_delay} {}

    Claim ask(Time now, std::string_view key = "alice", double cost = 1) {
        Claim claim{.name = &name,
                    .counters = counters.get(),
                    .limit = limit,
                    .key = key,
                    .cost = cost,
                    .patience = static_cast<Ticks>(longest.count()) * ticks_per_nanosecond};
        BOOST_TEST_REQUIRE(!store.take({&claim, 1}, now));
        return claim;
    }
    void leave(const Claim& claim, Time now) { store.give_back({&claim, 1}, now); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_waiting_line)

BOOST_AUTO_TEST_CASE(what_is_free_waits_for_nothing) {
    Line line{{1, 1s, 1}, 3s};
    for (int i = 0; i < 4; ++i) line.ask(start);
    BOOST_TEST(!line.ask(start).decision.admitted);
    const Claim claim = line.ask(start, "alice", 0);
    BOOST_TEST(claim.decision.admitted);
    BOOST_TEST((claim.decision.delay == 0s));
}

BOOST_AUTO_TEST_CASE(who_waited_in_vain_gets_all_of_it_back) {
    Line line{{1, 1s, 1}, 3s};
    line.ask(start);
    const Claim waited = line.ask(start);
    BOOST_TEST((waited.decision.delay == 1s));
    line.leave(waited, start + 1s);
    BOOST_TEST((line.ask(start + 1s).decision.delay == 0s));
    BOOST_TEST((line.ask(start + 1s).decision.delay == 1s));
}

BOOST_AUTO_TEST_CASE(those_beyond_the_burst_come_one_after_another) {
    Line line{{1, 1s, 2}, 3s};
    for (const auto& wait : {0s, 0s, 1s, 2s, 3s}) {
        const Claim claim = line.ask(start);
        BOOST_TEST(claim.decision.admitted);
        BOOST_TEST((claim.decision.delay == wait));
    }
    const Claim refused = line.ask(start);
    BOOST_TEST(!refused.decision.admitted);
    BOOST_TEST((refused.decision.retry_after == 1s));
    BOOST_TEST((line.ask(start + 1s).decision.delay == 3s));
}

BOOST_AUTO_TEST_CASE(the_last_who_leaves_was_never_there) {
    Line line{{1, 1s, 1}, 10s};
    line.ask(start);
    for (int i = 0; i < 5; ++i) {
        const Claim claim = line.ask(start);
        BOOST_TEST((claim.decision.delay == 1s));
        line.leave(claim, start + 10ms * i);
    }
}

BOOST_AUTO_TEST_CASE(a_place_in_the_middle_is_for_the_next_who_comes) {
    Line line{{1, 1s, 1}, 10s};
    line.ask(start);
    std::vector<Claim> waiting;
    for (int i = 0; i < 4; ++i) waiting.push_back(line.ask(start));
    line.leave(waiting[1], start + 100ms);

    BOOST_TEST((line.ask(start + 200ms, "bob").decision.delay == 0s));  // another key, another line
    BOOST_TEST((line.ask(start + 200ms).decision.delay == 1800ms));     // the place of who left
    BOOST_TEST((line.ask(start + 200ms).decision.delay == 4800ms));     // the end
}

BOOST_AUTO_TEST_CASE(a_place_whose_moment_has_passed_is_gone) {
    Line line{{1, 1s, 1}, 10s};
    line.ask(start);
    std::vector<Claim> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(line.ask(start));
    line.leave(waiting[0], start + 500ms);

    BOOST_TEST((line.ask(start + 1500ms).decision.delay == 2500ms));
}

BOOST_AUTO_TEST_CASE(no_interval_lets_more_through_than_the_bucket_whoever_leaves) {
    std::mt19937 random{5};
    const Limit limit{10, 1s, 3};
    Line line{limit, 2s};
    std::vector<Claim> waiting;
    std::vector<Time> let_through;
    Time now = start;
    std::exponential_distribution<double> gap{1 / 5e7};
    for (int i = 0; i < 20'000; ++i) {
        now += nanoseconds{static_cast<std::int64_t>(gap(random))};
        for (std::size_t k = 0; k < waiting.size();) {
            const Time due =
                start + nanoseconds{static_cast<std::int64_t>(waiting[k].decision.due - ticks_of(start)) / 16};
            if (due > now) {
                ++k;
                continue;
            }
            let_through.push_back(due);
            waiting.erase(waiting.begin() + std::ptrdiff_t(k));
        }
        if (!waiting.empty() && random() % 4 == 0) {
            const auto who = waiting.begin() + std::ptrdiff_t(random() % waiting.size());
            line.leave(*who, now);
            waiting.erase(who);
        }
        const Claim claim = line.ask(now);
        if (!claim.decision.admitted) continue;
        if (claim.decision.due)
            waiting.push_back(claim);
        else
            let_through.push_back(now);
    }
    std::sort(let_through.begin(), let_through.end());
    BOOST_TEST(let_through.size() > 5'000u);
    for (std::size_t i = 0; i < let_through.size(); ++i)
        for (std::size_t j = i; j < std::min(let_through.size(), i + 200); ++j) {
            const double seconds = std::chrono::duration<double>(let_through[j] - let_through[i]).count();
            BOOST_TEST_REQUIRE(double(j - i + 1) <= 3 + 10 * seconds + 1e-6);
        }
}

BOOST_AUTO_TEST_SUITE_END()
