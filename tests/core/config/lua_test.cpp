// tests/core/config/lua_test.cpp - the VM's bounds hold whatever a script tries, and its environment is closed.
#include "config/lua.h"

#include "support/thread_time.h"

#include <boost/test/unit_test.hpp>
#include <lua.hpp>

#include <chrono>
#include <memory>
#include <string>

using namespace tollgate::config;
using namespace std::chrono_literals;

namespace {

constexpr Bounds bounds{.memory = 8 << 20, .instructions = 200'000, .time = 20s, .interval = 100};

// What the text returns, or its error as "line: what".
std::string run(Lua& lua, const std::string& text) {
    auto error = lua.compile(text);
    if (!error) error = lua.call(0, 1);
    if (error) return std::to_string(error->place.line) + ": " + error->what;
    std::string result = lua_isnil(lua.state(), -1) ? "nil" : lua_tostring(lua.state(), -1);
    lua_pop(lua.state(), 1);
    return result;
}

std::string run(const std::string& text) {
    Lua lua{std::make_shared<Files>("routes.lua"), bounds};
    return run(lua, text);
}

constexpr const char* endless = "did not end within 200000 instructions; does a loop run forever?";

}  // namespace

BOOST_AUTO_TEST_SUITE(config_lua)

BOOST_AUTO_TEST_CASE(errors_bring_their_line) {
    BOOST_TEST(run("local t\n\nreturn t.x") == "3: attempt to index local 't' (a nil value)");
    BOOST_TEST(run("\nerror('no', 0)") == "2: no");
    BOOST_TEST(run("return +") == "1: unexpected symbol near '+'");
    BOOST_TEST(run("assert(false, 'told you')") == "1: told you");
    BOOST_TEST(run("error({})") == "1: failed with an error object (a table value)");
    BOOST_TEST(run("error()") == "1: failed with an error object (a nil value)");
}

BOOST_AUTO_TEST_CASE(a_long_file_name_does_not_hide_the_line) {
    Lua lua{std::make_shared<Files>(std::string(200, 'n') + ".lua"), bounds};
    BOOST_TEST(run(lua, "\nerror('no')") == "2: no");
}

BOOST_AUTO_TEST_CASE(an_endless_loop_ends) {
    BOOST_TEST(run("while true do end") == std::string{"1: "} + endless);
    BOOST_TEST(run("local function f() return f() end return f()") == std::string{"1: "} + endless);
    BOOST_TEST(run("for i = 1, 1e15 do local s = i .. 'x' end") == std::string{"1: "} + endless);
}

BOOST_AUTO_TEST_CASE(pcall_does_not_keep_an_endless_loop_alive) {
    BOOST_TEST(run("while true do pcall(function() while true do end end) end") == std::string{"1: "} + endless);
    BOOST_TEST(run("local function f() pcall(f) return f() end f()") == std::string{"1: "} + endless);
    BOOST_TEST(run("pcall(function() while true do end end)\nreturn 'went on'") == std::string{"1: "} + endless);
    BOOST_TEST(run("while true do pcall(string.rep, 'x', 1e9) end") == std::string{"1: "} + endless);
}

BOOST_AUTO_TEST_CASE(pcall_catches_what_a_script_may_catch) {
    BOOST_TEST(run("local ok, what = pcall(error, 'x') return tostring(ok) .. what") == "falsex");
    BOOST_TEST(run("return select('#', pcall(function() return 1, nil, 3 end))") == "4");
    BOOST_TEST(run("local ok, what = pcall(string.rep, 'x', 1e9) return what") ==
               "string.rep makes a text of more than 8 megabytes");
}

BOOST_AUTO_TEST_CASE(endless_recursion_is_an_error) {
    BOOST_TEST(run("local function f() return 1 + f() end f()").find("stack overflow") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
    constexpr const char* full = "uses more than 8 megabytes of memory";
    Lua lua{std::make_shared<Files>("routes.lua"), bounds};
    for (const char* bomb : {"local t = {} for i = 1, 1e5 do t[i] = ('x'):rep(1000) .. i end",
                             "local s = 'x' while true do s = s .. s end",
                             "local t = {} for i = 1, 1000 do t[i] = ('x'):rep(1e6) .. i end",
                             "local t, s = {}, ('y'):rep(1e5) for i = 1, 1000 do t[i] = table.concat { s, i } end"})
        BOOST_TEST(run(lua, bomb).find(full) != std::string::npos, bomb);
    BOOST_TEST(run(lua, "return 1 + 1") == "2", "the VM serves on");
}

BOOST_AUTO_TEST_CASE(long_copies_are_bounded_in_time) {
    auto hasty = bounds;
    hasty.time = 5ms;
    hasty.instructions = 1'000'000'000;
    Lua lua{std::make_shared<Files>("routes.lua"), hasty};
    const auto begin = tollgate::test::thread_time();
    BOOST_TEST(run(lua, "local s = ('x'):rep(2e6) while true do local t = s .. 'y' end") ==
               "1: took longer than 5 milliseconds");
    BOOST_TEST((tollgate::test::thread_time() - begin < 5s));
}

BOOST_AUTO_TEST_CASE(a_failed_call_leaves_the_full_budget_to_the_next) {
    Lua lua{std::make_shared<Files>("routes.lua"), bounds};
    for (int i = 0; i < 3; ++i) BOOST_TEST(run(lua, "while true do end") == std::string{"1: "} + endless);
    BOOST_TEST(run(lua, "local n = 0 for i = 1, 10000 do n = n + i end return n") == "50005000");
    BOOST_TEST(lua_gettop(lua.state()) == 1);
}

BOOST_AUTO_TEST_CASE(nothing_of_the_outside_can_be_reached) {
    for (const char* name : {"io",       "os",           "require",      "package", "load",   "loadstring",
                             "loadfile", "dofile",       "debug",        "jit",     "ffi",    "setfenv",
                             "getfenv",  "setmetatable", "getmetatable", "rawset",  "rawget", "collectgarbage",
                             "newproxy", "coroutine",    "print",        "_G",      "module", "gcinfo"})
        BOOST_TEST(run(std::string{"return "} + name) == "nil", name);
    BOOST_TEST(run("return string.dump") == "nil");
    BOOST_TEST(run("return math.randomseed") == "nil");
    BOOST_TEST(run("return ('').dump") == "nil");
}

BOOST_AUTO_TEST_CASE(bytecode_is_no_text) {
    BOOST_TEST(run("\x1bLJ\x02").find("attempt to load chunk with wrong mode") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(pairs_goes_in_order) {
    BOOST_TEST(run("local all = '' for k, v in pairs { b = 1, a = 2, 'x', c = 3, 'y', [10] = 'z', [true] = 0 } do "
                   "all = all .. tostring(k) .. '=' .. v .. ' ' end return all") == "true=0 1=x 2=y 10=z a=2 b=1 c=3 ");
    BOOST_TEST(run("local t, n = { a = 1, b = 2, c = 3 }, 0 for k in pairs(t) do t.b = nil n = n + 1 end return n") ==
               "2");
    BOOST_TEST(run("for k in pairs(nil) do end") == "1: bad argument #1 to 'pairs' (table expected, got nil)");
}

BOOST_AUTO_TEST_SUITE_END()
