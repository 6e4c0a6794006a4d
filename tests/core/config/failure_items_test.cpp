// tests/core/config/failure_items_test.cpp - what counts as a failure, as routes.lua says it.
#include "config/failure_items.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;
using config::Item;

namespace {

Item text(std::string value) {
    Item item;
    item.kind = Item::Kind::text;
    item.text = std::move(value);
    return item;
}
Item number(double value) {
    Item item;
    item.kind = Item::Kind::number;
    item.number = value;
    return item;
}
Item list(std::vector<Item> members) {
    Item item;
    item.kind = Item::Kind::table;
    item.list = std::move(members);
    return item;
}

std::string told;
const config::Report report = [](std::string what) { told += what + '\n'; };

}  // namespace

BOOST_AUTO_TEST_SUITE(config_failure_items)

BOOST_AUTO_TEST_CASE(words_numbers_and_classes) {
    told.clear();
    const auto set = config::failure_set("on", list({text("connect"), number(503), text("4xx")}), report);
    BOOST_TEST(told == "");
    BOOST_TEST(set.holds(Outcome::not_connected, 0));
    BOOST_TEST(set.holds(Outcome::connect_timeout, 0));
    BOOST_TEST(!set.holds(Outcome::reset, 0));
    BOOST_TEST(set.holds(Outcome::answered, 503));
    BOOST_TEST(set.holds(Outcome::answered, 429));
    BOOST_TEST(!set.holds(Outcome::answered, 500));
    BOOST_TEST(config::failure_set("on", text("5xx"), report).holds(Outcome::answered, 599));
    BOOST_TEST((config::failure_set("on", list({}), report) == upstream::FailureSet{}));
}

BOOST_AUTO_TEST_CASE(what_is_neither_is_told_with_what_was_wanted) {
    told.clear();
    config::failure_set("retry: on", list({text("conect"), number(200), number(503.5), text("6xx"), text("-xx")}), report);
    BOOST_TEST(told.find("retry: on: expected \"connect\", \"reset\", \"timeout\", \"garbage\", \"cut\", a status from 400 to 599, "
                         "\"4xx\" or \"5xx\", got \"conect\"; did you mean \"connect\"?\n") == 0u);
    BOOST_TEST(std::count(told.begin(), told.end(), '\n') == 5);
}

BOOST_AUTO_TEST_CASE(statuses_are_a_number_a_class_or_a_list) {
    told.clear();
    BOOST_TEST(config::statuses("status", number(204), report).test(204));
    BOOST_TEST(config::statuses("status", number(204), report).count() == 1u);
    BOOST_TEST(config::statuses("status", list({text("2xx"), number(301)}), report).count() == 101u);
    BOOST_TEST(told == "");
    BOOST_TEST(config::statuses("status", list({number(199), number(600), text("1xx")}), report).none());
    BOOST_TEST(std::count(told.begin(), told.end(), '\n') == 3);
}

BOOST_AUTO_TEST_SUITE_END()
