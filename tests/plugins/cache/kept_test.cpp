// tests/plugins/cache/kept_test.cpp - what is kept of an answer, and of several of one URL.
#include "made_kept.h"
#include "made_lines.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(cache_kept)

BOOST_AUTO_TEST_CASE(it_grows_older_from_the_age_it_came_with) {
    auto parts = kept_parts({}, "", Terms{.lifetime = {60s, Source::answer}});
    parts.age = 20s;
    const Kept kept{std::move(parts)};
    BOOST_TEST((kept.age(Instant{} + 10s) == 30s));
    BOOST_TEST((kept.fresh_for(Instant{} + 10s) == 30s));
    BOOST_TEST((kept.fresh_for(Instant{} + 50s) == -10s));
    BOOST_TEST((kept.age(Instant{} - 10s) == 20s));
}

BOOST_AUTO_TEST_CASE(its_memory_is_counted) {
    const auto small = make_kept({}, ""), large = make_kept({{"A", std::string(1000, 'a')}}, std::string(100'000, 'b'));
    BOOST_TEST(large->bytes() - small->bytes() >= 100'900u);
    BOOST_TEST(large->bytes() - small->bytes() < 103'000u);
    BOOST_TEST(small->bytes() < 700u);
}

BOOST_AUTO_TEST_CASE(a_body_is_shared_and_not_copied) {
    const auto kept = make_kept();
    BOOST_TEST(kept->with_body(kept->body())->body().get() == kept->body().get());
}

BOOST_AUTO_TEST_CASE(variants_learn_by_what_answers_differ) {
    const Variants none{"key", "url", {}, {}};
    const auto one = none.with(MadeLines{{"Vary", "B"}});
    const auto two = one->with(MadeLines{{"Vary", "a"}, {"Content-Encoding", "X-GZIP"}});
    BOOST_TEST((two->names() == std::vector<std::string>{"a", "accept-encoding", "b"}));
    BOOST_TEST((two->codings() == std::vector<std::string>{"gzip"}));
    BOOST_TEST(!two->with(MadeLines{{"Vary", "A, B"}}));
    const MadeLines first{{"A", "1"}}, second{{"A", "2"}};
    BOOST_TEST(two->key_for(first) != two->key_for(second));
    BOOST_TEST(one->key_for(first) == one->key_for(second));
}

BOOST_AUTO_TEST_SUITE_END()
