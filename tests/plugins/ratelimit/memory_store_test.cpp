// tests/plugins/ratelimit/memory_store_test.cpp - several limits of one request: all of them or none.
#include "memory_store.h"

#include "answer_lines.h"
#include "plugins/ratelimit/declared.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <barrier>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;
using tollgate::test::Declared;
using tollgate::test::one_of_each;

namespace {

const Moment start{Time{1'000'000s}, WallTime{1'700'000'000s}};

bool take(MemoryStore& store, std::span<Claim> claims, Moment now = start) {
    BOOST_TEST_REQUIRE(!store.take(claims, now));
    return all_admitted(claims);
}

int left(MemoryStore& store, const Declared& declared, std::string_view key) {
    Claim claim = declared.claim(key, 0);
    take(store, {&claim, 1});
    return int(claim.decision.remaining);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_memory_store)

BOOST_AUTO_TEST_CASE(who_is_refused_by_one_limit_counts_at_none) {
    for (std::size_t spent = 0; spent < 6; ++spent) {
        MemoryStore store;
        const auto limits = one_of_each(10);
        for (int i = 0; i < 10; ++i) {
            Claim claim = limits[spent].claim("alice");
            BOOST_TEST(take(store, {&claim, 1}));
        }

        std::vector<Claim> claims;
        for (const auto& declared : limits) claims.push_back(declared.claim("alice"));
        BOOST_TEST(!take(store, claims));

        for (std::size_t i = 0; i < limits.size(); ++i) {
            BOOST_TEST(left(store, limits[i], "alice") == (i == spent ? 0 : 10));
            BOOST_TEST(claims[i].decision.admitted == (i != spent));
            BOOST_TEST(claims[i].decision.remaining == (i == spent ? 0 : 10));
        }
        BOOST_TEST(tightest(claims).name == &limits[spent].name);
    }
}

BOOST_AUTO_TEST_CASE(what_is_given_back_can_be_taken_again) {
    MemoryStore store;
    const auto limits = one_of_each(3);
    for (int round = 0; round < 10; ++round) {
        std::vector<Claim> claims;
        for (const auto& declared : limits) claims.push_back(declared.claim("alice", 3));
        BOOST_TEST(take(store, claims));
        store.give_back(claims, start);
    }
    for (const auto& declared : limits) BOOST_TEST(left(store, declared, "alice") == 3);
}

BOOST_AUTO_TEST_CASE(two_claims_on_one_counter_need_room_for_both) {
    MemoryStore store;
    const Declared bucket{"bucket", {3, 1h, 3}};
    std::vector<Claim> claims{bucket.claim("alice", 2), bucket.claim("alice", 2)};

    BOOST_TEST(!take(store, claims));
    BOOST_TEST(left(store, bucket, "alice") == 3);
}

// Two hundred at a limit of ten, and each of them asks two limits more, one of them narrower and by another key: as
// many are admitted as one after the other would be.
BOOST_AUTO_TEST_CASE(parallel_requests_under_several_limits_admit_exactly_what_fits) {
    constexpr int threads = 8, takes = 25;
    for (int round = 0; round < 100; ++round) {
        MemoryStore store;
        const auto limits = one_of_each(10);
        const Declared narrow{"narrow", Limit::windowed(Algorithm::fixed_window, 4, 1h)};
        std::atomic<int> count{0}, by_key[4] = {};
        std::barrier together{threads};
        {
            std::vector<std::jthread> crowd;
            for (int thread = 0; thread < threads; ++thread)
                crowd.emplace_back([&, thread] {
                    together.arrive_and_wait();
                    const std::string key = std::to_string(thread % 4);
                    for (int k = 0; k < takes; ++k) {
                        std::vector<Claim> claims{limits[0].claim("all"), narrow.claim(key), limits[2].claim("all")};
                        (void)store.take(claims, start);
                        if (!all_admitted(claims)) continue;
                        ++count;
                        ++by_key[thread % 4];
                    }
                });
        }
        BOOST_TEST_REQUIRE(count == 10);
        for (const auto& one : by_key) BOOST_TEST_REQUIRE(one <= 4);
        BOOST_TEST_REQUIRE(left(store, limits[0], "all") == 0);
    }
}

BOOST_AUTO_TEST_CASE(ten_requests_are_under_way_whatever_comes_and_goes) {
    MemoryStore store;
    const Declared places{"places", Limit::at_once(10)};
    std::atomic<int> inside{0}, most{0}, admitted{0};
    {
        std::vector<std::jthread> crowd;
        for (int thread = 0; thread < 8; ++thread)
            crowd.emplace_back([&] {
                for (int i = 0; i < 2000; ++i) {
                    std::vector<Claim> mine{places.claim("alice"), places.claim("alice")};
                    for (Claim& claim : mine) {
                        (void)store.take({&claim, 1}, start);
                        if (!claim.decision.admitted) continue;
                        ++admitted;
                        const int now = ++inside;
                        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                        }
                    }
                    for (Claim& claim : mine)
                        if (claim.decision.admitted) {
                            --inside;
                            store.give_back({&claim, 1}, start);
                        }
                }
            });
    }
    BOOST_TEST(most <= 10);
    BOOST_TEST(admitted > 0);
    BOOST_TEST(left(store, places, "alice") == 10);
}

BOOST_AUTO_TEST_SUITE_END()
