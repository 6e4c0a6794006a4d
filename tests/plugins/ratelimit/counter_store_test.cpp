// tests/plugins/ratelimit/counter_store_test.cpp - keys find their counters, in bounded memory, from many threads.
#include "counter_store.h"

#include "concurrency.h"
#include "sliding_log.h"
#include "token_bucket.h"
#include "window_counter.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;

namespace {

constexpr Time start{1'000'000s};
using Buckets = CounterStore<TokenBucket>;
constexpr Secret secret{0x0123456789abcdef, 0xfedcba9876543210};
const Limit hourly{1, 1h, 10};

std::string name(int i) { return "key-" + std::to_string(i); }

bool admits(Buckets& store, std::string_view key, Time now = start, const Limit& limit = hourly) {
    return store.take(key, 1, now, limit).decision.admitted;
}

Ask at(Time now) { return {hourly, 0, now}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_counter_store)

BOOST_AUTO_TEST_CASE(each_key_has_a_bucket_of_its_own) {
    Buckets store{1000, secret};
    for (int i = 0; i < 10; ++i) BOOST_TEST(admits(store, "drained"));

    BOOST_TEST(!admits(store, "drained"));
    BOOST_TEST(admits(store, "other"));
}

BOOST_AUTO_TEST_CASE(keys_differ_by_every_byte_and_by_length) {
    Buckets store{1000, secret};
    const std::vector<std::string> keys{"", "a", "b", "aa", std::string(1, '\0'), std::string(2, '\0'), "12345678",
                                        "123456789", "12345678a", std::string(4000, 'x'), std::string(4001, 'x')};

    for (const std::string& key : keys) BOOST_TEST(store.take(key, 10, start, hourly).decision.admitted);
    for (const std::string& key : keys) BOOST_TEST(!admits(store, key));
}

BOOST_AUTO_TEST_CASE(as_many_keys_as_promised_are_remembered) {
    for (const int keys : {1, 10, 1000, 100'000}) {
        Buckets store{static_cast<std::size_t>(keys), secret};
        for (int i = 0; i < keys; ++i) store.take(name(i), 10, start, hourly);

        int drained = 0;
        for (int i = 0; i < keys; ++i) drained += !admits(store, name(i));

        BOOST_TEST(drained == keys);
        BOOST_TEST(store.forgotten() == 0u);
        BOOST_TEST(store.in_use(at(start)) == static_cast<std::size_t>(keys));
    }
}

BOOST_AUTO_TEST_CASE(buckets_that_are_full_again_make_room_without_being_forgotten) {
    Buckets store{1000, secret};

    for (int hour = 0; hour < 100; ++hour)
        for (int i = 0; i < 1000; ++i) admits(store, name(1000 * hour + i), start + hour * 1h);

    BOOST_TEST(store.forgotten() == 0u);
    BOOST_TEST(store.in_use(at(start + 99h)) == 1000u);
    BOOST_TEST(store.in_use(at(start + 100h)) == 0u);
}

BOOST_AUTO_TEST_CASE(memory_is_bounded_and_what_was_forgotten_is_counted) {
    Buckets store{1000, secret};

    std::uint64_t forgot = 0;
    for (int i = 0; i < 100'000; ++i) forgot += store.take(name(i), 1, start, hourly).forgot;

    BOOST_TEST(store.in_use(at(start)) <= store.slots());
    BOOST_TEST(store.in_use(at(start)) + store.forgotten() == 100'000u);
    BOOST_TEST(forgot == store.forgotten());
}

BOOST_AUTO_TEST_CASE(what_is_held_grows_with_new_keys_to_the_whole_table) {
    Buckets store{1000, secret};
    BOOST_TEST(store.footprint().keys == 0u);
    BOOST_TEST(store.take(name(1), 1, start, hourly).decision.fresh);
    BOOST_TEST(!store.take(name(1), 1, start, hourly).decision.fresh);
    BOOST_TEST(store.footprint().keys == 1u);
    std::size_t fresh = 1;
    for (int i = 2; i < 100'000; ++i) fresh += store.take(name(i), 1, start, hourly).decision.fresh;
    BOOST_TEST(store.footprint().keys == fresh);
    BOOST_TEST(store.footprint().keys == store.slots());  // what is forgotten hands its place on
    BOOST_TEST(store.footprint().bytes == 24 * store.slots());
}

BOOST_AUTO_TEST_CASE(the_least_recently_used_of_like_keys_is_forgotten_first) {
    Buckets store{1000, secret};
    const int keys = static_cast<int>(store.slots()) * 3;

    for (int i = 0; i < keys; ++i) admits(store, name(i), start + i * 1ms);

    // A key that is remembered has less than a full bucket left.
    const Time now = start + keys * 1ms;
    const auto remembered = [&](int i) { return store.take(name(i), 0, now, hourly).decision.remaining < 10; };
    int newest = 0, oldest = 0;
    for (int i = keys - 100; i < keys; ++i) newest += remembered(i);
    for (int i = 0; i < 100; ++i) oldest += remembered(i);
    BOOST_TEST(newest == 100);
    BOOST_TEST(oldest <= 2);
}

BOOST_AUTO_TEST_CASE(a_flood_of_new_keys_does_not_free_who_spent_his_burst) {
    Buckets store{1000, secret};
    for (int i = 0; i < 100; ++i) store.take("abuser" + name(i), 10, start, hourly);

    for (int i = 0; i < 100'000; ++i) admits(store, name(i), start + 1s);

    int freed = 0;
    for (int i = 0; i < 100; ++i) freed += admits(store, "abuser" + name(i), start + 2s);
    BOOST_TEST(freed == 0);
}

BOOST_AUTO_TEST_CASE(a_changed_limit_keeps_the_fill_of_every_key) {
    Buckets store{1000, secret};
    for (int i = 0; i < 500; ++i) store.take(name(i), i % 11, start, hourly);

    const Limit doubled{60, 1min, 20};
    for (int i = 0; i < 500; ++i)
        BOOST_TEST(store.take(name(i), 0, start, doubled).decision.remaining == 20 - 2 * (i % 11));
}

BOOST_AUTO_TEST_CASE(a_key_first_seen_by_many_threads_at_once_gets_one_bucket) {
    constexpr int threads = 8, takes = 25;
    Buckets store{1000, secret};
    for (int round = 0; round < 300; ++round) {
        const std::string key = name(round);
        std::atomic<int> count{0};
        std::barrier together{threads};
        {
            std::vector<std::jthread> crowd;
            for (int i = 0; i < threads; ++i)
                crowd.emplace_back([&] {
                    together.arrive_and_wait();
                    for (int k = 0; k < takes; ++k) count += admits(store, key);
                });
        }
        BOOST_TEST_REQUIRE(count == 10);
    }
}

// Threads that drain keys of their own, while floods of other keys claim and give up slots around them.
BOOST_AUTO_TEST_CASE(buckets_stay_exact_while_slots_change_hands) {
    Buckets store{2000, secret};
    const Limit brief{1, 1us, 1};
    std::atomic<bool> over{false};
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> flood;
        for (int thread = 0; thread < 2; ++thread)
            flood.emplace_back([&, thread] {
                Time now = start;  // their buckets are full again at once: their slots are claimed over and over
                for (int i = 0; !over.load(std::memory_order_relaxed); ++i)
                    store.take("flood" + name(4 * i + thread), 1, now += 1us, brief);
            });
        std::vector<std::jthread> steady;
        for (int thread = 0; thread < 2; ++thread)
            steady.emplace_back([&, thread] {
                for (int i = 0; i < 500; ++i) {
                    int count = 0;
                    for (int k = 0; k < 40; ++k)
                        count += admits(store, "steady" + name(2 * i + thread), start + 10h, Limit{1, 1000h, 10});
                    wrong += count != 10;
                }
            });
        steady.clear();
        over = true;
    }
    BOOST_TEST(wrong == 0);
    BOOST_TEST(store.forgotten() == 0u);
}

// The other algorithms in the same table.

template <class Counter>
void a_flood_forgets_its_own(const Limit& limit) {
    CounterStore<Counter> store{1000, secret};
    const Moment now{start, WallTime{1'700'000'000s}};
    for (int i = 0; i < 100; ++i) BOOST_TEST_REQUIRE(store.take("abuser" + name(i), 10, now, limit).decision.admitted);

    for (int i = 0; i < 100'000; ++i) store.take(name(i), 1, now, limit);

    int freed = 0;
    for (int i = 0; i < 100; ++i) freed += store.take("abuser" + name(i), 1, now, limit).decision.admitted;
    BOOST_TEST(freed == 0);
    BOOST_TEST(store.in_use({limit, 0, now}) <= store.slots());
    BOOST_TEST(store.in_use({limit, 0, now}) + store.forgotten() == 100'100u);
}

BOOST_AUTO_TEST_CASE(by_every_algorithm_a_flood_of_new_keys_forgets_its_own) {
    a_flood_forgets_its_own<WindowCounter>(Limit::windowed(Algorithm::sliding_window, 10, 1h));
    a_flood_forgets_its_own<WindowCounter>(Limit::windowed(Algorithm::fixed_window, 10, 1h, Align::first_use));
    a_flood_forgets_its_own<WindowCounter>(Limit::quota(10, Calendar::month));
    a_flood_forgets_its_own<SlidingLog>(Limit::windowed(Algorithm::sliding_log, 10, 1h));
}

BOOST_AUTO_TEST_CASE(what_is_old_makes_room_by_every_algorithm_without_being_forgotten) {
    CounterStore<WindowCounter> windows{1000, secret};
    CounterStore<SlidingLog> logs{1000, secret};
    const Limit window = Limit::windowed(Algorithm::sliding_window, 10, 1h);
    const Limit log = Limit::windowed(Algorithm::sliding_log, 10, 1h);
    for (int hour = 0; hour < 60; hour += 2)
        for (int i = 0; i < 1000; ++i) {
            const Moment now{start + hour * 1h, WallTime{1'700'000'000s + hour * 1h}};
            windows.take(name(1000 * hour + i), 1, now, window);
            logs.take(name(1000 * hour + i), 1, now, log);
        }
    BOOST_TEST(windows.forgotten() == 0u);
    BOOST_TEST(logs.forgotten() == 0u);
}

BOOST_AUTO_TEST_CASE(what_one_key_has_counted_is_cleared_and_no_other_key_of_it) {
    for (const Limit& limit :
         {hourly, Limit::windowed(Algorithm::sliding_window, 10, 1h), Limit::windowed(Algorithm::sliding_log, 10, 1h),
          Limit::windowed(Algorithm::fixed_window, 10, 1h), Limit::quota(10, Calendar::month)}) {
        const auto store = make_counters(limit.algorithm(), 1000);
        const Moment now{start, WallTime{1'700'000'000s}};
        const std::uint64_t alice = store->hash("alice"), bob = store->hash("bob");
        const auto takes_ten = [&](std::uint64_t who) {
            return store->take(who, {limit, limit.price(10), now}).admitted;
        };
        BOOST_TEST(takes_ten(alice));
        BOOST_TEST(takes_ten(bob));

        BOOST_TEST(store->clear(alice, {limit, 0, now}));
        BOOST_TEST(store->clear(store->hash("nobody"), {limit, 0, now}));

        BOOST_TEST(store->look(alice, {limit, 0, now}).remaining == 10);
        BOOST_TEST(takes_ten(alice));
        BOOST_TEST(!takes_ten(alice));
        BOOST_TEST(!takes_ten(bob));
        BOOST_TEST(store->in_use({limit, 0, now}) == 2u);
    }
}

// Tiers may have windows of different lengths, and the slots are shared.
BOOST_AUTO_TEST_CASE(a_key_of_long_windows_keeps_its_slot_while_keys_of_short_ones_come_and_go) {
    const Limit hour = Limit::windowed(Algorithm::sliding_window, 10, 1h);
    const Limit minute = Limit::windowed(Algorithm::sliding_window, 10, 1min);
    const auto at = [](std::chrono::milliseconds time) { return Moment{start + time, WallTime{time + 1'700'006'400s}}; };
    CounterStore<WindowCounter> store{1000, secret};
    for (int i = 0; i < 20; ++i) BOOST_TEST_REQUIRE(store.take("spent" + name(i), 10, at(0s), hour).decision.admitted);

    // From the next hour on what they spent counts less and less, and not at all two hours later.
    for (int i = 0; i < 50'000; ++i) store.take("guest" + name(i), 1, at(1h + 1min + i * 1ms), minute);

    int freed = 0;
    for (int i = 0; i < 20; ++i) freed += store.take("spent" + name(i), 5, Moment{at(1h + 2min)}, hour).decision.admitted;
    BOOST_TEST(freed == 0);
    BOOST_TEST(store.in_use({minute, 0, at(1h + 2min)}) >= 20u);
    BOOST_TEST(store.in_use({minute, 0, at(4h)}) == 0u);
}

BOOST_AUTO_TEST_CASE(a_key_first_seen_by_many_threads_at_once_gets_one_counter_by_every_algorithm) {
    for (const Limit& limit :
         {Limit::windowed(Algorithm::sliding_window, 10, 1h), Limit::windowed(Algorithm::sliding_log, 10, 1h),
          Limit::windowed(Algorithm::fixed_window, 10, 1h), Limit::quota(10, Calendar::month), Limit::at_once(10)}) {
        const auto store = make_counters(limit.algorithm(), 1000);
        const Moment now{start, WallTime{1'700'000'000s}};
        for (int round = 0; round < 50; ++round) {
            const std::uint64_t hash = store->hash(name(round));
            std::atomic<int> count{0};
            std::barrier together{8};
            {
                std::vector<std::jthread> crowd;
                for (int i = 0; i < 8; ++i)
                    crowd.emplace_back([&] {
                        together.arrive_and_wait();
                        for (int k = 0; k < 25; ++k) count += store->take(hash, {limit, limit.price(1), now}).admitted;
                    });
            }
            BOOST_TEST_REQUIRE(count == 10);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
