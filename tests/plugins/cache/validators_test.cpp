// tests/plugins/cache/validators_test.cpp - 304 to whom has it already, and what a 304 says of what is kept.
#include "made_lines.h"
#include "validators.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;

namespace {

constexpr Seconds now = 1'790'000'000;
const std::string changed = written_date(now - 3000), later = written_date(now - 2000), earlier = written_date(now - 4000);
const Validators kept{"\"abc\"", now - 3000};

bool current(const MadeLines& request, const Validators& validators = kept) {
    return is_current(conditions_of(request), validators, now);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_validators)

BOOST_AUTO_TEST_CASE(entity_tags_compare_weakly_for_304_and_strongly_for_ranges) {
    BOOST_TEST(weakly_equal("W/\"a\"", "\"a\""));
    BOOST_TEST(!weakly_equal("\"a\"", "\"b\""));
    BOOST_TEST(strongly_equal("\"a\"", "\"a\""));
    BOOST_TEST(!strongly_equal("W/\"a\"", "W/\"a\""));
}

BOOST_AUTO_TEST_CASE(any_tag_of_the_list_will_do) {
    for (const std::string_view text : {"\"abc\"", "\"1\", \"abc\"", "W/\"abc\"", "*", "\"a,b\", \"abc\""})
        BOOST_TEST(current({{"If-None-Match", text}}), text);
    for (const std::string_view text : {"\"x\"", "abc", "\"abc", ""}) BOOST_TEST(!current({{"If-None-Match", text}}), text);
    BOOST_TEST(!current({{"If-None-Match", "\"abc\""}}, {"", now}));
}

BOOST_AUTO_TEST_CASE(tags_hold_before_dates) {
    BOOST_TEST(!current({{"If-None-Match", "\"x\""}, {"If-Modified-Since", later}}));
    BOOST_TEST(current({{"If-None-Match", "\"abc\""}, {"If-Modified-Since", earlier}}));
}

BOOST_AUTO_TEST_CASE(dates_say_whether_it_changed_since) {
    BOOST_TEST(current({{"If-Modified-Since", changed}}));
    BOOST_TEST(current({{"If-Modified-Since", later}}));
    BOOST_TEST(!current({{"If-Modified-Since", earlier}}));
    BOOST_TEST(!current({{"If-Modified-Since", "foo"}}));
    BOOST_TEST(!current({{"If-Modified-Since", later}}, {"", std::nullopt}));
    BOOST_TEST(!current({}));
}

BOOST_AUTO_TEST_CASE(the_upstream_is_asked_by_all_that_is_known) {
    const auto lines = validating_lines(MadeLines{{"etag", "\"a\""}, {"Last-Modified", changed}, {"Date", later}});
    BOOST_TEST(lines.size() == 2u);
    BOOST_TEST(first(lines, "If-None-Match").value() == "\"a\"");
    BOOST_TEST(first(lines, "If-Modified-Since").value() == changed);
    BOOST_TEST(validating_lines(MadeLines{{"Date", later}}).empty());
}

BOOST_AUTO_TEST_CASE(a_304_speaks_of_what_it_names) {
    const MadeLines ours{{"ETag", "\"a\""}, {"Last-Modified", changed}};
    BOOST_TEST(is_about(MadeLines{}, ours, now));
    BOOST_TEST(is_about(MadeLines{{"ETag", "W/\"a\""}}, ours, now));
    BOOST_TEST(!is_about(MadeLines{{"ETag", "\"b\""}}, ours, now));
    BOOST_TEST(is_about(MadeLines{{"Last-Modified", changed}}, ours, now));
    BOOST_TEST(!is_about(MadeLines{{"Last-Modified", later}}, ours, now));
}

BOOST_AUTO_TEST_CASE(a_head_that_differs_speaks_of_something_else) {
    const MadeLines ours{{"ETag", "\"a\""}};
    BOOST_TEST(head_agrees(MadeLines{{"Content-Length", "10"}, {"ETag", "\"a\""}}, ours, 10, now));
    BOOST_TEST(head_agrees(MadeLines{}, ours, 10, now));
    BOOST_TEST(!head_agrees(MadeLines{{"Content-Length", "11"}}, ours, 10, now));
    BOOST_TEST(!head_agrees(MadeLines{{"ETag", "\"b\""}}, ours, 10, now));
    BOOST_TEST(!head_agrees(MadeLines{{"Last-Modified", changed}}, ours, 10, now));
}

BOOST_AUTO_TEST_CASE(lines_about_the_content_stay) {
    for (const std::string_view name : {"content-length", "Content-Encoding", "Content-Range", "ETag", "Content-MD5"})
        BOOST_TEST(!updates(name), name);
    for (const std::string_view name : {"Cache-Control", "Date", "Expires", "Content-Type", "X-Any"}) BOOST_TEST(updates(name), name);
}

BOOST_AUTO_TEST_SUITE_END()
