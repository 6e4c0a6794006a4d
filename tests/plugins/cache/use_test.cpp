// tests/plugins/cache/use_test.cpp - whether what is kept may be used, by the answer's word and the client's.
#include "made_kept.h"
#include "made_lines.h"
#include "use.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;
using namespace std::chrono_literals;

namespace {

// Kept for ten seconds, so old.
Use use(std::chrono::seconds age, std::string_view asked = "", Terms terms = {}) {
    terms.lifetime = {10s, Source::answer};
    return use_of(*make_kept({}, "", terms), parse_directives(cache_control(asked)), Instant{} + age);
}
bool on_error(std::chrono::seconds age, std::string_view asked, Terms terms) {
    terms.lifetime = {10s, Source::answer};
    return answers_errors(*make_kept({}, "", terms), parse_directives(cache_control(asked)), Instant{} + age);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_use)

BOOST_AUTO_TEST_CASE(fresh_is_used_and_stale_is_validated) {
    BOOST_TEST((use(9s) == Use::fresh));
    BOOST_TEST((use(10s) == Use::validate));
    BOOST_TEST((use(0s, "", {.validate_always = true}) == Use::validate));
}

BOOST_AUTO_TEST_CASE(clients_may_want_it_fresher) {
    for (const std::string_view asked : {"no-cache", "max-age=4", "min-fresh=6"}) BOOST_TEST((use(5s, asked) == Use::validate), asked);
    for (const std::string_view asked : {"max-age=5", "min-fresh=5", "max-stale", "no-store"})
        BOOST_TEST((use(5s, asked) == Use::fresh), asked);
}

BOOST_AUTO_TEST_CASE(clients_may_take_it_staler_where_the_answer_lets_them) {
    BOOST_TEST((use(15s, "max-stale") == Use::stale));
    BOOST_TEST((use(15s, "max-stale=5") == Use::stale));
    BOOST_TEST((use(15s, "max-stale=4") == Use::validate));
    BOOST_TEST((use(15s, "max-stale", {.never_stale = true}) == Use::validate));
    BOOST_TEST((use(15s, "max-stale", {.validate_always = true}) == Use::validate));
}

BOOST_AUTO_TEST_CASE(stale_is_used_while_another_is_sent_for) {
    const Terms terms{.stale_while_revalidate = 5s};
    BOOST_TEST((use(14s, "", terms) == Use::stale_and_refresh));
    BOOST_TEST((use(15s, "", terms) == Use::validate));
    BOOST_TEST((use(14s, "", {.never_stale = true, .stale_while_revalidate = 5s}) == Use::validate));
}

BOOST_AUTO_TEST_CASE(stale_is_used_where_there_is_nothing_better) {
    const Terms terms{.stale_if_error = 5s};
    BOOST_TEST(on_error(14s, "", terms));
    BOOST_TEST(!on_error(15s, "", terms));
    BOOST_TEST(on_error(15s, "stale-if-error=6", terms));
    BOOST_TEST(!on_error(14s, "no-cache", terms));
    BOOST_TEST(!on_error(14s, "", {.never_stale = true, .stale_if_error = 5s}));
}

BOOST_AUTO_TEST_CASE(pragma_counts_where_there_is_no_cache_control) {
    BOOST_TEST(asked_by(MadeLines{{"Pragma", "foo, no-cache"}}).no_cache);
    BOOST_TEST(!asked_by(MadeLines{{"Pragma", "no-cache"}, {"Cache-Control", "max-age=5"}}).no_cache);
}

BOOST_AUTO_TEST_SUITE_END()
