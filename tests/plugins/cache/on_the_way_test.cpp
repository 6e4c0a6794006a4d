// tests/plugins/cache/on_the_way_test.cpp - who joins what, until when, and at what cost.
#include "made_kept.h"
#include "on_the_way.h"
#include "support/thread_time.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace tollgate::cache;

BOOST_AUTO_TEST_SUITE(cache_on_the_way)

BOOST_AUTO_TEST_CASE(the_first_one_leads_and_the_others_join_until_it_is_over) {
    OnTheWay way{1'000'000};
    const auto first = way.join("a", "url", 1000), second = way.join("a", "url", 1000),
               other = way.join("b", "url", 1000);
    BOOST_TEST((first.leads && !second.leads && other.leads));
    BOOST_TEST(first.arriving == second.arriving);
    BOOST_TEST(first.arriving != other.arriving);
    way.leave(*first.arriving);
    way.leave(*first.arriving);
    BOOST_TEST(way.join("a", "url", 1000).leads);
    BOOST_TEST(!way.join("b", "url", 1000).leads);
}

BOOST_AUTO_TEST_CASE(what_stands_under_several_keys_leaves_them_all_and_no_others) {
    OnTheWay way{1'000'000};
    const auto one = way.join("a", "url", 1000), other = way.join("taken", "url", 1000);
    way.also("a as well", *one.arriving);
    way.also("taken", *one.arriving);
    BOOST_TEST(way.join("a as well", "url", 1000).arriving == one.arriving);
    BOOST_TEST(way.join("taken", "url", 1000).arriving == other.arriving);
    way.leave(*one.arriving);
    BOOST_TEST(way.join("a", "url", 1000).leads);
    BOOST_TEST(way.join("a as well", "url", 1000).leads);
    BOOST_TEST(way.join("taken", "url", 1000).arriving == other.arriving);
    way.also("late", *one.arriving);
    BOOST_TEST(way.join("late", "url", 1000).leads);
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_is_joined_no_more_and_does_not_come_back) {
    OnTheWay way{1'000'000};
    const auto one = way.join("a", "x", 1000), same_url = way.join("b", "x", 1000), other = way.join("c", "y", 1000);
    way.forget("x");
    way.also("a", *one.arriving);
    BOOST_TEST(way.join("a", "x", 1000).leads);
    BOOST_TEST(way.join("b", "x", 1000).leads);
    BOOST_TEST(!way.join("c", "y", 1000).leads);
    way.leave(*one.arriving);  // what has come after it stays
    BOOST_TEST(!way.join("a", "x", 1000).leads);
    way.forget_all();
    for (const char* key : {"a", "b", "c"}) BOOST_TEST(way.join(key, "x", 1000).leads);
}

BOOST_AUTO_TEST_CASE(nobody_sends_for_more_while_what_comes_takes_all_the_memory) {
    OnTheWay way{1'000'000};
    const auto one = way.join("a", "url", 2'000'000);
    BOOST_TEST(one.arriving->reserve(1'000'000));
    BOOST_TEST(!way.join("b", "url", 1000).arriving);
    BOOST_TEST(way.join("a", "url", 1000).arriving == one.arriving);
    way.set_bound(2'000'000);
    BOOST_TEST(way.join("b", "url", 1000).leads);
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_validated_also_where_no_memory_is_left) {
    OnTheWay way{1'000'000};
    const auto one = way.join("a", "url", 2'000'000);
    BOOST_TEST(one.arriving->reserve(1'000'000));
    const auto validated = way.join("b", "url", 1000, OnTheWay::Bringing::perhaps_none);
    BOOST_TEST(validated.leads);
    BOOST_TEST(!validated.arriving->reserve(1));
    BOOST_TEST(!way.lead("b", "url", 1000));
    BOOST_TEST(way.lead("c", "url", 1000) != nullptr);
}

BOOST_AUTO_TEST_CASE(who_has_joined_is_waited_for_from_then_on) {
    using namespace std::chrono_literals;
    OnTheWay way{1'000'000};
    const auto arriving = way.lead("a", "url", 1000);
    const auto now = std::chrono::steady_clock::time_point{} + 1h;
    arriving->open({make_kept(), nullptr}, {});
    BOOST_TEST(!arriving->in_vain(now, 5s));
    BOOST_TEST(arriving->in_vain(now + 6s, 5s));
    const auto joined = way.join("a", "url", 1000);
    BOOST_TEST(joined.arriving == arriving);
    BOOST_TEST(!arriving->in_vain(now + 12s, 5s));
}

// With a slow upstream a great many are on their way, and each of them leaves.
BOOST_AUTO_TEST_CASE(leaving_costs_no_more_where_many_are_on_their_way) {
    const auto time_of = [](int others) {
        OnTheWay way{1'000'000};
        std::vector<std::shared_ptr<Arriving>> held;
        for (int i = 0; i < others; ++i)
            held.push_back(way.join(std::to_string(i), "url " + std::to_string(i), 1000).arriving);
        const auto begun = tollgate::test::thread_time();
        for (int i = 0; i < 2000; ++i) {
            const auto one = way.join("one", "its url", 1000);
            way.also("one more", *one.arriving);
            way.leave(*one.arriving);
        }
        return tollgate::test::thread_time() - begun;
    };
    const auto few = time_of(10), many = time_of(20'000);
    BOOST_TEST_MESSAGE(few.count() << " ns beside 10, " << many.count() << " ns beside 20,000");
    BOOST_TEST(many < 20 * few);  // a walk through all: 2,000 times
}

// Each caller's own copy of one URL.
BOOST_AUTO_TEST_CASE(leaving_costs_no_more_where_many_of_that_url_are_on_their_way) {
    const auto time_of = [](int count, bool forgets) {
        OnTheWay way{1'000'000};
        std::vector<std::shared_ptr<Arriving>> journeys;
        for (int i = 0; i < count; ++i) journeys.push_back(way.join(std::to_string(i), "url", 1000).arriving);
        const auto begun = tollgate::test::thread_time();
        if (forgets) way.forget("url");
        else
            for (const auto& one : journeys) way.leave(*one);
        const auto each = (tollgate::test::thread_time() - begun) / count;
        for (int i = 0; i < count; i += 97) BOOST_TEST(way.join(std::to_string(i), "url", 1000).leads);
        return each;
    };
    for (const bool forgets : {false, true}) {
        const auto few = time_of(200, forgets), many = time_of(20'000, forgets);
        BOOST_TEST_MESSAGE(few.count() << " ns each of 200, " << many.count() << " ns each of 20,000");
        BOOST_TEST(many < 20 * few);  // a walk through all of them: 100 times
    }
}

BOOST_AUTO_TEST_SUITE_END()
