// tests/core/config/place_test.cpp - what places are called, in messages about the same file and about another.
#include "config/place.h"

#include "config/refusals.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::config;

BOOST_AUTO_TEST_SUITE(config_place)

BOOST_AUTO_TEST_CASE(a_place_is_a_file_and_a_line) {
    Files files{"routes.lua"};
    const int tiers = files.add("shared/tiers.lua");
    BOOST_TEST(files.text({0, 26}) == "routes.lua:26");
    BOOST_TEST(files.text({0, 0}) == "routes.lua");
    BOOST_TEST(files.text({tiers, 3}) == "shared/tiers.lua:3");
    BOOST_TEST(files.seen_from({0, 26}, {0, 3}) == "line 3");
    BOOST_TEST(files.seen_from({0, 26}, {tiers, 3}) == "shared/tiers.lua:3");
}

BOOST_AUTO_TEST_CASE(files_come_in_the_order_in_which_they_were_read) {
    BOOST_CHECK((Place{0, 26} < Place{1, 1}));
    BOOST_CHECK((Place{1, 1} < Place{1, 2}));
}

BOOST_AUTO_TEST_CASE(lua_is_told_short_names_that_differ) {
    const std::string folder(100, 'f');
    Files files{folder + "/routes.lua"};
    const int a = files.add(folder + "/a.lua"), b = files.add("b.lua");
    BOOST_TEST(files.name(a) == folder + "/a.lua");
    BOOST_TEST(files.short_name(a).size() < 60u);
    BOOST_TEST(files.short_name(a) != files.short_name(0));
    BOOST_TEST(files.short_name(b) == "b.lua");
}

BOOST_AUTO_TEST_CASE(one_refusal_names_all_its_places) {
    Files files{"routes.lua"};
    const int more = files.add("more.lua");
    const auto told = [&](std::initializer_list<Place> places) {
        Refusals refusals;
        for (const auto& place : places) refusals.add(place, "auth: ", "keys: cannot be read");
        const auto all = refusals.told(files);
        BOOST_TEST(all.size() == 1u);
        return files.text(all.at(0).first) + ": " + all.at(0).second;
    };
    BOOST_TEST(told({{0, 3}}) == "routes.lua:3: auth: keys: cannot be read");
    BOOST_TEST(told({{0, 3}, {0, 3}, {0, 5}}) == "routes.lua:3: auth: keys: cannot be read; the same in line 5");
    BOOST_TEST(told({{0, 3}, {more, 1}, {0, 5}, {0, 7}}) ==
               "routes.lua:3: auth: keys: cannot be read; the same in lines 5, 7, more.lua:1");
    BOOST_TEST(told({{0, 3}, {more, 1}, {more, 4}}) ==
               "routes.lua:3: auth: keys: cannot be read; the same in more.lua:1, more.lua:4");
}

BOOST_AUTO_TEST_SUITE_END()
