// tests/plugins/cache/freshness_test.cpp - lifetimes and ages as RFC 9111 section 4.2 computes them.
#include "freshness.h"
#include "made_lines.h"

#include <boost/test/unit_test.hpp>

#include <deque>

using namespace tollgate::cache;
using namespace std::chrono_literals;

namespace {

constexpr Seconds now = 1'790'000'000;

std::string_view at(Seconds offset) {
    static std::deque<std::string> texts;
    return texts.emplace_back(written_date(now + offset));
}
Lifetime said(const MadeLines& lines) { return said_lifetime(lines, parse_directives(lines), true, now); }
std::int64_t seconds(const Lifetime& lifetime) { return lifetime.time.count() / 1000; }
std::int64_t guessed(int status, const MadeLines& lines) {
    return seconds(guessed_lifetime(status, lines, parse_directives(lines), now));
}
std::int64_t age(const MadeLines& lines, Milliseconds delay = 0ms) {
    return age_at_arrival(lines, now, delay).count() / 1000;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_freshness)

BOOST_AUTO_TEST_CASE(shared_caches_go_by_s_maxage_then_max_age_then_expires) {
    BOOST_TEST(seconds(said({{"Cache-Control", "max-age=1, s-maxage=60"}, {"Expires", at(-10)}})) == 60);
    BOOST_TEST(seconds(said({{"Cache-Control", "max-age=3600"}, {"Expires", "0"}})) == 3600);
    BOOST_TEST(seconds(said({{"Expires", at(90)}, {"Date", at(-10)}})) == 100);
    BOOST_TEST(seconds(said({{"Expires", at(90)}})) == 90);
    BOOST_TEST(seconds(said({{"Expires", at(90)}, {"Date", "foo"}})) == 90);
    BOOST_TEST((said({}).source == Source::none));
}

BOOST_AUTO_TEST_CASE(an_expires_that_is_past_or_garbage_says_stale) {
    for (const std::string_view text : {at(-1), std::string_view{"0"}, std::string_view{"-1"}, std::string_view{"soon"}}) {
        BOOST_TEST(seconds(said({{"Expires", text}})) == 0);
        BOOST_TEST((said({{"Expires", text}}).source == Source::answer));
    }
    BOOST_TEST(seconds(said({{"Expires", at(300)}, {"Date", at(400)}})) == 0);
    BOOST_TEST(seconds(said({{"Expires", at(300)}, {"Expires", at(5)}})) == 5);
}

BOOST_AUTO_TEST_CASE(a_targeted_field_speaks_for_expires_as_well) {
    const MadeLines lines{{"Expires", at(90)}};
    BOOST_TEST((said_lifetime(lines, {}, false, now).source == Source::none));
}

BOOST_AUTO_TEST_CASE(a_guess_is_a_tenth_of_the_time_since_the_change) {
    const MadeLines changed{{"Last-Modified", at(-1000)}, {"Date", at(0)}};
    BOOST_TEST(guessed(200, changed) == 100);
    BOOST_TEST(guessed(404, changed) == 100);
    BOOST_TEST(guessed(302, changed) == 0);
    BOOST_TEST(guessed(599, changed) == 0);
    MadeLines is_public = changed;
    is_public.push_back({"Cache-Control", "public"});
    BOOST_TEST(guessed(599, is_public) == 100);
    BOOST_TEST(guessed(200, {{"Last-Modified", at(-100 * 86400)}}) == 86400);
    BOOST_TEST(guessed(200, {{"Last-Modified", at(10)}}) == 0);
    BOOST_TEST(guessed(200, {{"Last-Modified", "foo"}}) == 0);
    BOOST_TEST(guessed(200, {}) == 0);
}

BOOST_AUTO_TEST_CASE(age_is_what_was_told_or_what_is_seen) {
    BOOST_TEST(age({}) == 0);
    BOOST_TEST(age({{"Age", "30"}}) == 30);
    BOOST_TEST(age({{"Age", "30"}}, 5s) == 35);
    BOOST_TEST(age({{"Date", at(-50)}, {"Age", "30"}}) == 50);
    BOOST_TEST(age({{"Date", at(50)}, {"Age", "30"}}) == 30);
    BOOST_TEST(age({{"Date", at(50)}}) == 0);
}

BOOST_AUTO_TEST_CASE(of_several_ages_the_first_counts_and_garbage_does_not) {
    for (const std::string_view text : {"7200,0", "7200", " 7200 , x"}) BOOST_TEST(age({{"Age", text}}) == 7200, text);
    for (const std::string_view text : {"abc", "-7200", "7200.0", "0, 0", "0,7200", "7200;foo=bar", ""})
        BOOST_TEST(age({{"Age", text}}) == 0, text);
    BOOST_TEST(age({{"Age", "7200"}, {"Age", "0"}}) == 7200);
    BOOST_TEST(age({{"Age", "99999999999"}}) == Directives::longest);
}

BOOST_AUTO_TEST_SUITE_END()
