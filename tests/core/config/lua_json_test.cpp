// tests/core/config/lua_json_test.cpp - JSON of scripts: what comes back is what was said, and nothing else is JSON.
#include "config/lua_json.h"

#include "config/lua.h"

#include <boost/test/unit_test.hpp>
#include <lua.hpp>

#include <memory>
#include <string>

using namespace tollgate::config;
using namespace std::chrono_literals;

namespace {

constexpr Bounds bounds{.memory = 16 << 20, .instructions = 200'000, .time = 20s, .interval = 100, .block = 1 << 20};

// What the script returns, or its error.
std::string run(const std::string& script) {
    Lua lua{std::make_shared<Files>("j"), bounds};
    auto error = lua.compile(script);
    if (!error) error = lua.call(0, 1);
    if (error) return error->what;
    std::size_t size = 0;
    const char* text = lua_tolstring(lua.state(), -1, &size);
    return text ? std::string{text, size} : luaL_typename(lua.state(), -1);
}

std::string encoded(const std::string& value) { return run("return json.encode(" + value + ")"); }
std::string again(const std::string& text) { return run("return json.encode(json.decode([==[" + text + "]==]))"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(config_lua_json)

BOOST_AUTO_TEST_CASE(values_are_written_as_json_has_them) {
    BOOST_TEST(encoded("{ b = 1, a = { 1, 'x', true }, c = json.null }") == R"({"a":[1,"x",true],"b":1,"c":null})");
    BOOST_TEST(encoded("nil") == "null");
    BOOST_TEST(encoded("{}") == "{}");
    BOOST_TEST(encoded("json.array {}") == "[]");
    BOOST_TEST(encoded("{ x = json.array { json.array {} } }") == R"({"x":[[]]})");
    BOOST_TEST(encoded("'tab\\t quote\" back\\\\ \\1 \\0 /'") == R"("tab\t quote\" back\\ \u0001 \u0000 /")");
    BOOST_TEST(encoded("'\\195\\164 \\255 \\192\\128 \\237\\160\\128'") ==
               "\"\xC3\xA4 \xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

BOOST_AUTO_TEST_CASE(integers_stay_integers) {
    BOOST_TEST(encoded("{ 7, -7, 0, 9007199254740992, 0.5, 1e300 }") == "[7,-7,0,9007199254740992,0.5,1e+300]");
    BOOST_TEST(again("[7, 7.0, 70e-1, -0.25]") == "[7,7,7,-0.25]");
    BOOST_TEST(encoded("{ 100000, -2000000, 1e15 }") == "[100000,-2000000,1000000000000000]");
    BOOST_TEST(encoded("1/0") == "json.encode: JSON has no number for inf and nan");
}

BOOST_AUTO_TEST_CASE(texts_are_read_whole) {
    BOOST_TEST(again(R"( { "b" : [ ] , "a" : { } , "n" : null } )") == R"({"a":{},"b":[],"n":null})");
    BOOST_TEST(again(R"("\u00e4\ud83d\ude00\ud83dx\/\b\f\n\r\t")") ==
               "\"\xC3\xA4\xF0\x9F\x98\x80\xEF\xBF\xBDx/\\b\\f\\n\\r\\t\"");
    BOOST_TEST(run("return tostring(json.decode('null') == json.null)") == "true");
    BOOST_TEST(run("local t = json.decode('{\"a\":1,\"a\":2}') return t.a") == "2");
    BOOST_TEST(run("return #json.decode('[1,null,3]')") == "3");
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_told_with_its_byte) {
    const std::pair<const char*, const char*> texts[] = {
        {"", "json.decode: expected a value at byte 1, got the end"},
        {"[1,]", "json.decode: expected a value at byte 4, got \"]\""},
        {"[1 2]", "json.decode: expected \",\" or \"]\" at byte 4, got \"2]\""},
        {"{a:1}", "json.decode: expected a name in double quotes at byte 2, got \"a:1}\""},
        {"{\"a\" 1}", "json.decode: expected \":\" at byte 6, got \"1}\""},
        {"1 x", "json.decode: expected the end at byte 3, got \"x\""},
        {"\"x", "json.decode: expected the rest of a text at byte 3, got the end"},
        {"\"\\x\"", "json.decode: expected the rest of a text at byte 2, got \"\\x\"\""},
        {"\"\\u12g4\"", "json.decode: expected the rest of a text at byte 4, got \"12g4\"\""},
        {"01", "json.decode: expected a value at byte 1, got \"01\""},
        {"1.", "json.decode: expected a value at byte 1, got \"1.\""},
        {"+1", "json.decode: expected a value at byte 1, got \"+1\""},
        {"-", "json.decode: expected a value at byte 1, got \"-\""},
        {"1e", "json.decode: expected a value at byte 1, got \"1e\""},
        {"1e999", "json.decode: expected a value at byte 1, got \"1e999\""},
        {"nan", "json.decode: expected a value at byte 1, got \"nan\""},
        {"'x'", "json.decode: expected a value at byte 1, got \"'x'\""},
        {"\"a\nb\"", "json.decode: expected the rest of a text at byte 3, got \"\\nb\"\""}};
    for (const auto& [text, problem] : texts)
        BOOST_TEST(run("return json.decode([==[" + std::string{text} + "]==])") == problem);
    BOOST_TEST(run("return (select(2, pcall(json.decode, '[')))") ==
               "json.decode: expected a value at byte 2, got the end");
}

BOOST_AUTO_TEST_CASE(bounds_hold) {
    BOOST_TEST(run("local t = {} t.t = t return json.encode(t)") ==
               "json.encode: tables are nested too deep; does one hold itself?");
    BOOST_TEST(run("return json.decode(('['):rep(1000))") == "json.decode: nested more than 64 deep");
    BOOST_TEST(run("local s = ('x'):rep(4e5) return json.encode { s, s, s }") ==
               "json.encode makes a text of more than 1 megabyte");
    const std::string endless = "did not end within 200000 instructions; does a loop run forever?";
    BOOST_TEST(run("local s = '[' .. ('1,'):rep(4e5) .. '1]' while true do json.decode(s) end") == endless);
    BOOST_TEST(run("local s = json.encode(('x'):rep(4e5)) while true do json.decode(s) end") == endless);
    BOOST_TEST(run("local t = {} for i = 1, 1000 do t[i] = i end while true do json.encode(t) end") == endless);
    BOOST_TEST(run("local t = {} for i = 1, 1000 do t['n' .. i] = i end while true do pcall(json.encode, t) end") ==
               endless);
}

BOOST_AUTO_TEST_CASE(a_table_is_a_list_or_has_names) {
    BOOST_TEST(encoded("{ 1, 2, x = 3 }") ==
               "json.encode: expected a list without holes, or names alone, got a table with a list and names");
    BOOST_TEST(encoded("{ [5] = 1 }") == "json.encode: expected texts as names, got a number value");
    BOOST_TEST(encoded("{ f = function() end }") ==
               "json.encode: expected texts, numbers, booleans, lists and tables, got a function value");
}

BOOST_AUTO_TEST_SUITE_END()
