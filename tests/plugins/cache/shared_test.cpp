// tests/plugins/cache/shared_test.cpp - how long a copy is worth being found by other gateways.
#include "made_kept.h"
#include "shared.h"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace tollgate::cache;
using namespace std::chrono_literals;

namespace {

constexpr Instant arrival{1h};

Milliseconds worth_after(Milliseconds time, const Terms& terms, const std::vector<Line>& lines = {}) {
    auto parts = kept_parts(lines, "body", terms);
    parts.arrived = arrival;
    return worth(Kept{std::move(parts)}, arrival + time);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_shared)

BOOST_AUTO_TEST_CASE(it_is_worth_its_freshness_and_what_it_may_be_used_stale) {
    Terms terms;
    terms.lifetime = {60s, Source::answer};
    BOOST_TEST(worth_after(0s, terms).count() == 60'000);
    BOOST_TEST(worth_after(20s, terms).count() == 40'000);
    BOOST_TEST(worth_after(100s, terms).count() == 0);
    terms.stale_while_revalidate = 10s;
    terms.stale_if_error = 30s;
    BOOST_TEST(worth_after(20s, terms).count() == 70'000);
    BOOST_TEST(worth_after(100s, terms).count() == 30'000);
}

BOOST_AUTO_TEST_CASE(what_can_be_asked_about_is_worth_an_hour_more) {
    Terms terms;
    terms.lifetime = {60s, Source::answer};
    const std::vector<Line> lines{{"ETag", "\"a\""}};
    BOOST_TEST(worth_after(0s, terms, lines) == Milliseconds{1h} + 60s);
    terms.stale_if_error = 2h;
    BOOST_TEST(worth_after(0s, terms, lines) == Milliseconds{2h} + 60s);
}

BOOST_AUTO_TEST_SUITE_END()
