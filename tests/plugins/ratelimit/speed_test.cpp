// tests/plugins/ratelimit/speed_test.cpp - what a decision in memory takes: run a release build with
// --log_level=message to see it. The goal is 150 ns; bounds here leave room for debug builds and busy machines.
#include "concurrency.h"
#include "counter_store.h"
#include "sliding_log.h"
#include "support/thread_time.h"
#include "token_bucket.h"
#include "window_counter.h"

#include <tollgate/plugin.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <barrier>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;

namespace {

constexpr Time start{1'000'000s};
constexpr WallTime wall_start{1'700'000'000s};
const bool sanitized = std::string_view{TOLLGATE_SANITIZER} != "none";
// Ten million keys take 400 MB: for who wants to know.
const bool all = std::getenv("TOLLGATE_ALL_SPEEDS") != nullptr;

using Key = std::array<char, 16>;

Key key(std::size_t i) {
    Key text{};
    std::snprintf(text.data(), text.size(), "10.%zu.%zu.%zu", i >> 16, (i >> 8) & 255, i & 255);
    return text;
}

// So many decisions by keys that were chosen at random beforehand, so that only the decisions are measured.
class Walk {
public:
    Walk(Counters& counters, const Limit& limit, std::size_t keys, std::size_t length, unsigned seed)
        : counters_{counters}, limit_{limit}, keys_{keys}, seed_{seed}, path_(length) {}

    void choose() {
        std::mt19937_64 random{seed_++};
        for (Key& each : path_) each = key(random() % keys_);
    }
    void run() {
        for (const Key& each : path_) {
            time_ += 1us;
            const std::uint64_t hash = counters_.hash({each.data(), 12});
            counters_.take(hash, {limit_, limit_.price(1), {start + time_, wall_start + time_}});
        }
    }
    double nanoseconds(std::chrono::nanoseconds time) const { return double(time.count()) / double(path_.size()); }

private:
    Counters& counters_;
    const Limit& limit_;
    const std::size_t keys_;
    unsigned seed_;
    std::vector<Key> path_;
    std::chrono::microseconds time_{0};
};

// The best of many rounds: others use the machine too.
double nanoseconds_of_a_decision(const Limit& limit, std::size_t keys, std::size_t length, int rounds) {
    const auto counters = make_counters(limit.algorithm(), keys);
    for (std::size_t i = 0; i < keys; ++i) {
        const Key one = key(i);
        counters->take(counters->hash({one.data(), 12}), {limit, limit.price(1), {start, wall_start}});
    }
    Walk walk{*counters, limit, keys, length, 1};
    auto best = std::chrono::nanoseconds::max();
    for (int round = 0; round < rounds; ++round) {
        walk.choose();
        const auto began = tollgate::test::thread_time();
        walk.run();
        best = std::min<std::chrono::nanoseconds>(best, tollgate::test::thread_time() - began);
    }
    return walk.nanoseconds(best);
}

// Of each of so many threads, all at once: the middle of many rounds, since in the best of them they did not meet.
double nanoseconds_together(std::size_t threads, std::size_t keys) {
    const Limit limit{1'000'000, 1s, 1'000'000};
    CounterStore<TokenBucket> store{250'000};
    std::vector<std::chrono::nanoseconds> slowest(sanitized ? 1 : 5);
    std::vector<Walk> walks;
    for (std::size_t i = 0; i < threads; ++i)
        walks.emplace_back(store, limit, keys, sanitized ? 10'000 : 1'000'000, static_cast<unsigned>(i));
    for (Walk& walk : walks) walk.choose();
    for (auto& slowest_of_round : slowest) {
        std::barrier together{static_cast<std::ptrdiff_t>(threads)};
        std::vector<std::chrono::nanoseconds> times(threads);
        {
            std::vector<std::jthread> crowd;
            for (std::size_t i = 0; i < threads; ++i)
                crowd.emplace_back([&, i] {
                    together.arrive_and_wait();
                    const auto began = tollgate::test::thread_time();
                    walks[i].run();
                    times[i] = tollgate::test::thread_time() - began;
                });
        }
        slowest_of_round = *std::max_element(times.begin(), times.end());
    }
    std::sort(slowest.begin(), slowest.end());
    return walks[0].nanoseconds(slowest[slowest.size() / 2]);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_speed)

BOOST_AUTO_TEST_CASE(a_decision_is_cheap_by_every_algorithm) {
    for (const auto& [what, limit] : std::initializer_list<std::pair<const char*, Limit>>{
             {"token bucket", {1000, 1s, 100}},
             {"sliding window", Limit::windowed(Algorithm::sliding_window, 1000, 1s)},
             {"sliding log", Limit::windowed(Algorithm::sliding_log, 1000, 1s)},
             {"fixed window", Limit::windowed(Algorithm::fixed_window, 1000, 1s)},
             {"quota", Limit::quota(1'000'000, Calendar::month)},
             {"concurrency", Limit::at_once(1'000'000)}}) {
        const double time = nanoseconds_of_a_decision(limit, 10'000, 10'000, 20);
        BOOST_TEST_MESSAGE("a decision by " << what << " takes " << time << " ns, one of 10,000 keys");
        BOOST_TEST(time < 3000);
    }
}

BOOST_AUTO_TEST_CASE(a_decision_is_cheap_where_its_key_is_in_no_cache) {
    const Limit limit{1, 24h, 1'000'000};
    for (const std::size_t keys : {250'000, 10'000'000}) {
        if (keys > 1'000'000 && !all) continue;
        const double time = nanoseconds_of_a_decision(limit, keys, sanitized ? 10'000 : 200'000, sanitized ? 2 : 20);
        BOOST_TEST_MESSAGE("a decision by token bucket takes " << time << " ns, one of " << keys << " keys");
        BOOST_TEST(time < 5000);
    }
}

BOOST_AUTO_TEST_CASE(threads_that_decide_together_do_not_wait_for_each_other) {
    for (const std::size_t keys : {1, 10'000, 250'000})
        for (const std::size_t threads : {1, 2}) {
            const double time = nanoseconds_together(threads, keys);
            BOOST_TEST_MESSAGE("a decision takes " << time << " ns with " << threads << " threads on " << keys
                                                   << (keys == 1 ? " key" : " keys"));
            BOOST_TEST(time < 20'000);
        }
}

BOOST_AUTO_TEST_SUITE_END()
