// tests/core/history/tops_test.cpp - names counted exactly while there is room, and the great ones however many come.
#include "history/tops.h"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace tollgate::history;

namespace {

std::string shown(const std::vector<Top>& tops) {
    std::string text;
    for (const auto& top : tops) text += (text.empty() ? "" : " ") + top.name.substr(0, 20) + "=" + std::to_string(top.count);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history_tops)

BOOST_AUTO_TEST_CASE(those_that_came_most_come_first_and_equals_by_name) {
    Tops tops;
    BOOST_TEST(tops.empty());
    for (const char* name : {"/b", "/a", "/c", "/c", "/b", "/d", "/c"}) tops.add(name);
    BOOST_TEST(shown(tops.first(10)) == "/c=3 /b=2 /a=1 /d=1");
    BOOST_TEST(shown(tops.first(2)) == "/c=3 /b=2");
    BOOST_TEST(shown(tops.first(0)) == "");
}

BOOST_AUTO_TEST_CASE(as_many_as_there_is_room_for_are_exact) {
    Tops tops;
    for (std::size_t round = 0; round < 3; ++round)
        for (std::size_t i = 0; i < Tops::most_names; ++i) tops.add("/" + std::to_string(i), i + 1);
    const auto all = tops.first(Tops::most_names);
    BOOST_REQUIRE(all.size() == Tops::most_names);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].count != 3 * (Tops::most_names - i)) BOOST_FAIL(all[i].name << " came " << all[i].count << " times");
    }
}

BOOST_AUTO_TEST_CASE(a_flood_of_names_does_not_wash_away_those_that_come_often) {
    Tops tops;
    for (int i = 0; i < 200'000; ++i) {
        tops.add("/scan/" + std::to_string(i));
        if (i % 20 == 0) tops.add("/often");
        if (i % 50 == 0) tops.add("/also");
    }
    const auto first = tops.first(3);
    BOOST_TEST(shown({first.begin(), first.begin() + 2}) == "/often=10000 /also=4000");
    BOOST_TEST(tops.first(100'000).size() <= Tops::most_names);
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_is_never_told_as_more_than_it_was) {
    Tops tops;
    for (int i = 0; i < 10'000; ++i) tops.add("/" + std::to_string(i % 5'000));
    for (const auto& top : tops.first(10'000))
        if (top.count > 2) BOOST_FAIL(top.name << " came " << top.count << " times");
}

BOOST_AUTO_TEST_CASE(long_names_are_cut_and_not_within_a_letter) {
    Tops tops;
    const std::string start(Tops::longest_name - 1, 'x');
    tops.add(start + "\xc3\xa4 and more");
    tops.add(start + "\xc3\xb6");
    const auto first = tops.first(2);
    BOOST_REQUIRE(first.size() == 1);
    BOOST_TEST(first[0].name == start);
    BOOST_TEST(first[0].count == 2);
}

BOOST_AUTO_TEST_CASE(cleared_they_begin_anew) {
    Tops tops;
    tops.add("/a", 5);
    tops.clear();
    BOOST_TEST(tops.empty());
    tops.add("/b");
    tops.add("/a");
    BOOST_TEST(shown(tops.first(10)) == "/a=1 /b=1");
}

BOOST_AUTO_TEST_CASE(several_lists_together) {
    const std::array<std::vector<Top>, 3> lists{{{{"a", 3}, {"b", 2}}, {{"b", 2}, {"c", 1}}, {}}};
    BOOST_TEST(shown(first_of_all(lists, 2)) == "b=4 a=3");
}

BOOST_AUTO_TEST_SUITE_END()
