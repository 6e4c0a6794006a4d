// tests/plugins/cache/ranges_test.cpp - one part of the whole, or the whole.
#include "made_lines.h"
#include "ranges.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;

namespace {

std::string part(std::string_view range, std::uint64_t length) {
    const auto parsed = parse_range(MadeLines{{"Range", range}});
    return parsed ? content_range(part_of(*parsed, length), length) : "whole";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_ranges)

BOOST_AUTO_TEST_CASE(one_range_is_cut_to_what_there_is) {
    BOOST_TEST(part("bytes=0-1", 11) == "bytes 0-1/11");
    BOOST_TEST(part("Bytes=1-", 11) == "bytes 1-10/11");
    BOOST_TEST(part("bytes=-1", 11) == "bytes 10-10/11");
    BOOST_TEST(part("bytes=-100", 11) == "bytes 0-10/11");
    BOOST_TEST(part("bytes=5-99999999999999999999999", 11) == "bytes 5-10/11");
    BOOST_TEST(part("bytes=10-10", 11) == "bytes 10-10/11");
}

BOOST_AUTO_TEST_CASE(what_begins_behind_the_end_is_nothing) {
    BOOST_TEST(part("bytes=11-", 11) == "bytes */11");
    BOOST_TEST(part("bytes=0-", 0) == "bytes */0");
    BOOST_TEST(part("bytes=-0", 11) == "bytes */11");
}

BOOST_AUTO_TEST_CASE(everything_else_is_answered_whole) {
    for (const std::string_view text : {"bytes=0-1, 3-4", "bytes=", "bytes=-", "bytes=2-1", "bytes=a-b", "bytes=1", "lines=0-1",
                                        "bytes 0-1", "bytes=0-1x", "bytes=--1", ""})
        BOOST_TEST(part(text, 11) == "whole", text);
    BOOST_TEST(!parse_range(MadeLines{{"Range", "bytes=0-1"}, {"Range", "bytes=0-1"}}));
    BOOST_TEST(!parse_range({}));
}

BOOST_AUTO_TEST_CASE(if_range_names_just_what_is_kept) {
    const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT", changed = "Sun, 06 Nov 1994 08:49:30 GMT";
    const auto holds = [&](std::string_view condition, std::string_view etag, std::string_view last_modified) {
        return range_holds(MadeLines{{"If-Range", condition}}, etag, last_modified, date);
    };
    BOOST_TEST(range_holds({}, "", "", ""));
    BOOST_TEST(holds("\"a\"", "\"a\"", ""));
    BOOST_TEST(!holds("\"a\"", "\"b\"", ""));
    BOOST_TEST(!holds("W/\"a\"", "W/\"a\"", ""));
    BOOST_TEST(holds(changed, "", changed));
    BOOST_TEST(!holds(date, "", changed));
    BOOST_TEST(!holds(date, "", date));
    BOOST_TEST(!holds("", "", ""));
}

BOOST_AUTO_TEST_SUITE_END()
