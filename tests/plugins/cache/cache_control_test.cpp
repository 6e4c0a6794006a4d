// tests/plugins/cache/cache_control_test.cpp - directives, and that doubt is decided against storing.
#include "cache_control.h"
#include "made_lines.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;

namespace {

Directives read(std::string_view value) { return parse_directives(cache_control(value)); }
Seconds max_age(std::string_view value) { return read(value).max_age.value_or(-1); }
std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += name + ' ';
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_cache_control)

BOOST_AUTO_TEST_CASE(flags_are_read_whatever_their_case) {
    const Directives d = read("No-StOrE, PUBLIC,must-revalidate , proxy-revalidate, must-understand, immutable, "
                              "no-transform, only-if-cached, no-cache, private, foo, bar=\"x\"");
    BOOST_TEST((d.present && d.no_store && d.is_public && d.must_revalidate && d.proxy_revalidate && d.must_understand));
    BOOST_TEST((d.immutable && d.no_transform && d.only_if_cached && d.no_cache && d.is_private));
    BOOST_TEST(!read("").present);
    BOOST_TEST(!read("storage, no-storex").no_store);
}

BOOST_AUTO_TEST_CASE(lifetimes_are_digits_quoted_or_not) {
    BOOST_TEST(max_age("max-age=3600") == 3600);
    BOOST_TEST(max_age("MaX-aGe=\"3600\"") == 3600);
    BOOST_TEST(max_age("max-age=003600") == 3600);
    BOOST_TEST(max_age("max-age=99999999999") == Directives::longest);
    BOOST_TEST(max_age("extension=\"max-age=3600\"") == -1);
    BOOST_TEST(max_age("extension=\"max-age=3600\", max-age=1") == 1);
    const Directives d = read("s-maxage=1, stale-while-revalidate=2, stale-if-error=3");
    BOOST_TEST(d.s_maxage.value() == 1);
    BOOST_TEST(d.stale_while_revalidate.value() == 2);
    BOOST_TEST(d.stale_if_error.value() == 3);
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_no_time_at_all) {
    for (const std::string_view text : {"max-age", "max-age=", "max-age=-3600", "max-age='3600'", "max-age=3600.0",
                                        "max-age=a3600", "max-age=3600a", "max-age= 3600", "max-age =3600",
                                        "max-age=\"3600", "max-age=\"36\"00", "max-age=1 2"})
        BOOST_TEST(max_age(text) == 0, text);
}

BOOST_AUTO_TEST_CASE(of_several_lifetimes_the_shortest_holds) {
    BOOST_TEST(max_age("max-age=1800, max-age=1") == 1);
    const MadeLines lines{{"Cache-Control", "max-age=1"}, {"cache-control", "max-age=1800"}};
    BOOST_TEST(parse_directives(lines).max_age.value() == 1);
}

BOOST_AUTO_TEST_CASE(fields_may_be_named) {
    const Directives d = read(R"(no-cache="Set-Cookie, X-A", private="X-B")");
    BOOST_TEST((!d.no_cache && !d.is_private));
    BOOST_TEST(joined(d.no_cache_fields) == "set-cookie x-a ");
    BOOST_TEST(joined(d.private_fields) == "x-b ");
    BOOST_TEST(read("no-cache=").no_cache);
    BOOST_TEST(read("no-cache=\"\"").no_cache);
    BOOST_TEST(read("no-cache=x-a").no_cache);
    BOOST_TEST(read("private=\"a b\"").is_private);
    BOOST_TEST(read("private=\"a\", private").is_private);
}

BOOST_AUTO_TEST_CASE(a_string_that_does_not_end_stores_nothing) {
    BOOST_TEST(read("max-age=60, foo=\"bar").no_store);
    BOOST_TEST(!read("max-age=60, foo=\"bar\"").no_store);
}

BOOST_AUTO_TEST_CASE(of_requests_staleness_and_freshness_are_read) {
    BOOST_TEST(read("max-stale").max_stale.value() == Directives::any);
    BOOST_TEST(read("max-stale=5").max_stale.value() == 5);
    BOOST_TEST(read("max-stale=x").max_stale.value() == 0);
    BOOST_TEST(read("min-fresh=5").min_fresh.value() == 5);
    BOOST_TEST(read("min-fresh=x").min_fresh.value() == Directives::any);
}

BOOST_AUTO_TEST_SUITE_END()
