// tests/core/config/annotations_test.cpp - annotations are Lua, and tables of a page are filled between their marks only.
#include "config/annotations.h"

#include "config/lua.h"
#include "core/config/fake_plugins.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(config_annotations)

BOOST_AUTO_TEST_CASE(annotations_are_lua_that_compiles) {
    test::Workshop workshop;
    for (const auto& text : {config::annotate_words(), config::annotate_plugins(workshop.catalogue())}) {
        config::Lua lua{std::make_shared<config::Files>("annotations.d.lua"),
                        {.memory = 8u << 20, .instructions = 1000, .time = std::chrono::seconds{20}, .interval = 100}};
        const auto error = lua.compile(text);
        BOOST_TEST(!error, (error ? error->what : ""));
    }
}

BOOST_AUTO_TEST_CASE(settings_have_type_meaning_and_default) {
    const auto words = config::annotate_words();
    BOOST_TEST(words.find("---@field idle? tollgate.duration # between two requests of a connection, then it is closed; "
                          "a duration from 10 * milliseconds to 1 * day; default: 60 * seconds\n") !=
               words.npos, words);
    BOOST_TEST(words.find("---@field targets tollgate.target|(string|tollgate.target)[] # ") != words.npos);
    BOOST_TEST(words.find("---@param name string\n---@return fun(settings: tollgate.route)\nfunction route(name) end\n") !=
               words.npos);
    BOOST_TEST(words.find("---@type tollgate.time\nmilliseconds = nil\n") != words.npos);
}

BOOST_AUTO_TEST_CASE(tables_are_filled_between_their_marks) {
    test::Workshop workshop;
    const auto page = config::fill_tables("before\n<!-- settings of tier -->\nold\n<!-- end -->\nafter\n", workshop.catalogue());
    BOOST_TEST(page.starts_with("before\n<!-- settings of tier -->\n| setting | is | default |\n|---|---|---|\n| `rate` | requests in a time; "));
    BOOST_TEST(page.ends_with("<!-- end -->\nafter\n"));
    BOOST_TEST(page.find("old") == page.npos);
    BOOST_TEST(config::fill_tables(page, workshop.catalogue()) == page);
    BOOST_TEST(config::fill_tables("nothing", workshop.catalogue()) == "nothing");
}

BOOST_AUTO_TEST_CASE(a_mark_that_means_nothing_is_an_error) {
    test::Workshop workshop;
    BOOST_CHECK_THROW(config::fill_tables("<!-- settings of nonsense -->\n<!-- end -->", workshop.catalogue()),
                      std::runtime_error);
    BOOST_CHECK_THROW(config::fill_tables("<!-- settings of tier -->\n", workshop.catalogue()), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
