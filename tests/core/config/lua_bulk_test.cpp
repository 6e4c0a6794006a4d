// tests/core/config/lua_bulk_test.cpp - texts and tables behave as in Lua's own library, whatever an order says.
#include "config/lua.h"

#include <boost/test/unit_test.hpp>
#include <lua.hpp>

#include <chrono>
#include <string>

using namespace tollgate::config;
using namespace std::chrono_literals;

namespace {

std::string run(const std::string& text) {
    Lua lua{std::make_shared<Files>("p"),
            {.memory = 16 << 20, .instructions = 1'000'000, .time = 20s, .interval = 100, .block = 4 << 20}};
    auto error = lua.compile(text);
    if (!error) error = lua.call(0, 1);
    if (error) return error->what;
    return lua_isnil(lua.state(), -1) ? "nil" : lua_tostring(lua.state(), -1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_lua_bulk)

BOOST_AUTO_TEST_CASE(texts_change_as_in_lua) {
    BOOST_TEST(run("return ('aZ\\195'):upper() .. ('aZ9'):lower() .. ('abc'):reverse() .. ('x'):rep(3)") ==
               "AZ\xC3"
               "az9cbaxxx");
    BOOST_TEST(run("return ('%5.1f|%s|%q|%d%%'):format(1.5, 'a', 'b\"', 7)") == "  1.5|a|\"b\\\"\"|7%");
    BOOST_TEST(run("local s = string.format('%d', 'x') return s") ==
               "bad argument #2 to 'format' (number expected, got string)");
}

BOOST_AUTO_TEST_CASE(lists_change_as_in_lua) {
    BOOST_TEST(run("local t = { 1, 'b', 3 } return table.concat(t, ',') .. table.concat(t, '', 2, 3) .. "
                   "table.concat(t, ',', 3, 2)") == "1,b,3b3");
    BOOST_TEST(run("return table.concat({ 1, {} })") == "invalid value (table) at index 2 in table for 'concat'");
    BOOST_TEST(run("local t = { 'a', 'c' } table.insert(t, 2, 'b') table.insert(t, 'd') table.insert(t, 1, '0') "
                   "return table.concat(t)") == "0abcd");
    BOOST_TEST(run("local t = { 'a', 'b', 'c' } return table.remove(t, 1) .. table.remove(t) .. #t .. t[1] .. "
                   "tostring((table.remove({})))") == "ac1bnil");
    BOOST_TEST(run("return table.maxn { 1, 2, [10.5] = 3, x = 4 }") == "10.5");
}

BOOST_AUTO_TEST_CASE(sorting_sorts) {
    BOOST_TEST(run("local t = { 5, 2, 9, 1, 7, 3 } table.sort(t) return table.concat(t)") == "123579");
    BOOST_TEST(run("local t = { 'b', 'c', 'a' } table.sort(t, function(a, b) return a > b end) "
                   "return table.concat(t)") == "cba");
    BOOST_TEST(run("local t = {} for i = 1, 999 do t[i] = i * 7919 % 1000 end table.sort(t) "
                   "for i = 2, 999 do if t[i] < t[i - 1] then return i end end return #t") == "999");
    BOOST_TEST(run("table.sort { 1, 'x' }") == "attempt to compare string with number");
}

BOOST_AUTO_TEST_CASE(an_order_that_is_none_does_no_harm) {
    for (const char* order : {"true", "a ~= b", "math.random() < 0.5", "nil", "table.remove(t) and false"})
        BOOST_TEST(run(std::string{"local t = {} for i = 1, 500 do t[i] = i % 7 end table.sort(t, function(a, b) "
                                   "return "} +
                       order + " end) return 'ended'") == "ended",
                   order);
}

BOOST_AUTO_TEST_CASE(long_texts_that_are_alike_count_when_sorted_or_gone_through) {
    const std::string texts = "local t = {} for i = 1, 30 do t[i] = ('x'):rep(4e5) .. i % 2 end ";
    BOOST_TEST(run(texts + "for i = 1, 99 do table.sort(t) end").find("did not end within") == 0u);
    BOOST_TEST(run("local a, b = ('x'):rep(1e6), ('x'):rep(1e6) .. 'y' local t = { [a] = 1, [b] = 2 } "
                   "for i = 1, 99 do for k in pairs(t) do end end")
                   .find("did not end within") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
