// tests/core/history/filter_test.cpp - what filters take, and what they say of those that are none.
#include "history/filter.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::history;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

bool takes(std::string_view name, std::string_view value, const Record& record) {
    Filter filter;
    BOOST_TEST(filter.set(name, value) == "");
    return filter.takes(record);
}

Record with_status(int status) {
    Record record;
    record.status = status;
    return record;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history_filter)

BOOST_AUTO_TEST_CASE(without_a_word_everything_is_taken) { BOOST_TEST(Filter{}.takes(with_status(200))); }

BOOST_AUTO_TEST_CASE(statuses_are_asked_for_by_number_class_and_range) {
    BOOST_TEST(takes("status", "429", with_status(429)));
    BOOST_TEST(!takes("status", "429", with_status(430)));
    BOOST_TEST(takes("status", "5xx", with_status(599)));
    BOOST_TEST(!takes("status", "5xx", with_status(600)));
    BOOST_TEST(takes("status", "400-499", with_status(499)));
    BOOST_TEST(!takes("status", "400-499", with_status(500)));
}

BOOST_AUTO_TEST_CASE(texts_are_the_same_and_paths_begin_so) {
    Record record;
    record.path = "/orders/7";
    record.caller = "key-1";
    record.client_ip = "192.0.2.7";
    BOOST_TEST(takes("path", "/orders", record));
    BOOST_TEST(!takes("path", "/ordersX", record));
    BOOST_TEST(takes("key", "key-1", record));
    BOOST_TEST(!takes("key", "key-", record));
    BOOST_TEST(takes("ip", "192.0.2.7", record));
    BOOST_TEST(!takes("owner", "ann", record));
}

BOOST_AUTO_TEST_CASE(a_time_may_be_so_long_ago) {
    Record record;
    record.began = std::chrono::system_clock::now() - 1h;
    BOOST_TEST(takes("since", "2h", record));
    BOOST_TEST(!takes("until", "2h", record));
    BOOST_TEST(!takes("since", "15m", record));
    BOOST_TEST(takes("until", "15m", record));
}

BOOST_AUTO_TEST_CASE(times_are_of_the_beginning) {
    Record record;
    record.began = std::chrono::system_clock::time_point{1'795'251'600s};  // 2026-11-21T09:00:00Z
    BOOST_TEST(takes("since", "2026-11-21T09:00:00Z", record));
    BOOST_TEST(!takes("since", "2026-11-21T09:00:00.5Z", record));
    BOOST_TEST(takes("since", "2026-11-21T10:00:00+01:00", record));
    BOOST_TEST(!takes("until", "2026-11-21T09:00:00Z", record));
    BOOST_TEST(takes("until", "2026-11-21T09:00:01Z", record));
}

BOOST_AUTO_TEST_CASE(every_name_can_be_set) {
    for (const auto name : Filter::names()) {
        Filter filter;
        const auto value = name == "status" ? "200" : name == "path" ? "/" : "2026-11-21T09:00:00Z";
        BOOST_TEST(filter.set(name, value) == "", name);
    }
}

BOOST_AUTO_TEST_CASE(times_that_no_clock_tells_are_the_first_and_the_last) {
    Record record;
    record.began = std::chrono::system_clock::now();
    BOOST_TEST(takes("until", "9999-12-31", record));
    BOOST_TEST(!takes("since", "9999-12-31", record));
    BOOST_TEST(takes("since", "22000d", record));
    for (const auto& [said, is] : {std::pair{"9999-12-31", "2262-01-01T00:00:00.000000Z"},
                                   {"2262-01-01", "2262-01-01T00:00:00.000000Z"},
                                   {"36525d", "1970-01-01T00:00:00.000000Z"}}) {
        Filter filter;
        BOOST_TEST(filter.set("since", said) == "");
        BOOST_TEST(time_text(*filter.since) == is);
    }
}

BOOST_AUTO_TEST_CASE(texts_that_no_record_holds_are_refused) {
    Filter filter;
    BOOST_TEST(filter.set("path", "/\xff") ==
               R"(path: expected text in UTF-8, without a byte that is 0, got "/\xff")");
    BOOST_TEST(filter.set("path", "/a\0b"sv) ==
               R"(path: expected text in UTF-8, without a byte that is 0, got "/a\x00b")");
    for (const auto* name : {"owner", "route", "ip", "request_id", "key", "tier", "upstream", "method"}) {
        BOOST_TEST(filter.set(name, "\xc3") != "", name);
        BOOST_TEST(filter.set(name, "\0"sv) != "", name);
        BOOST_TEST(filter.set(name, "\xc3\xa9") == "", name);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_filter_is_told) {
    Filter filter;
    BOOST_TEST(filter.set("status", "teapot") ==
               "status: expected a status (429), a class (5xx) or a range (400-499), got \"teapot\"");
    for (const auto* wrong : {"", "5", "5xxx", "0xx", "42", "4299", "500-400", "-", "400-", "4 9"})
        BOOST_TEST(filter.set("status", wrong) != "", wrong);
    BOOST_TEST(filter.set("path", "orders") == "path: expected the beginning of a path (/orders), got \"orders\"");
    BOOST_TEST(filter.set("since", "yesterday") == 
               "since: expected a time (2026-11-21T09:00:00Z), or how long ago that was (15m), got \"yesterday\"");
    BOOST_TEST(filter.set("staus", "5xx") == "\"staus\" is nothing to filter by; did you mean \"status\"?");
}

BOOST_AUTO_TEST_SUITE_END()
