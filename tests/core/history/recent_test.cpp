// tests/core/history/recent_test.cpp - the last requests are found, older ones are forgotten, troubled ones later.
#include "history/recent.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::history;

namespace {

std::shared_ptr<const Record> with_status(int status) {
    auto record = std::make_shared<Record>();
    record->status = status;
    return record;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history_recent)

BOOST_AUTO_TEST_CASE(the_latest_come_first_and_pages_go_on) {
    Recent recent;
    for (int i = 0; i < 10; ++i) BOOST_TEST(recent.remember(with_status(200 + i)).number == std::uint64_t(i + 1));
    const auto page = recent.find({}, 3);
    BOOST_REQUIRE(page.size() == 3u);
    BOOST_TEST(page[0].record->status == 209);
    const auto next = recent.find({}, 100, page[2].number);
    BOOST_REQUIRE(next.size() == 7u);
    BOOST_TEST(next[0].record->status == 206);
    BOOST_TEST(next[6].record->status == 200);
}

BOOST_AUTO_TEST_CASE(what_did_not_go_well_is_remembered_longer) {
    Recent recent;
    recent.remember(with_status(200));
    for (std::size_t i = 0; i < Recent::most_troubled + 7; ++i) recent.remember(with_status(i < 7 ? 404 : 503));
    for (std::size_t i = 0; i < Recent::most; ++i) recent.remember(with_status(200));
    BOOST_TEST(recent.find({}, 100'000).size() == Recent::most + Recent::most_troubled);
    Filter failed;
    failed.set("status", "5xx");
    const auto found = recent.find(failed, 100'000);
    BOOST_TEST(found.size() == Recent::most_troubled);
    BOOST_TEST(found.back().number == 9u);  // the forgotten 404s were 2 to 8
}

BOOST_AUTO_TEST_SUITE_END()
