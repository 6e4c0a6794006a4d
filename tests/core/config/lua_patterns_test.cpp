// tests/core/config/lua_patterns_test.cpp - patterns behave as Lua's own, and no pattern runs for long.
#include "config/lua.h"

#include "support/thread_time.h"

#include <boost/test/unit_test.hpp>
#include <lua.hpp>

#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace tollgate::config;
using namespace std::chrono_literals;

namespace {

constexpr Bounds bounds{.memory = 16 << 20, .instructions = 1'000'000, .time = 20s, .interval = 100, .block = 4 << 20};

std::string run(const std::string& text) {
    Lua lua{std::make_shared<Files>("p"), bounds};
    auto error = lua.compile(text);
    if (!error) error = lua.call(0, 1);
    if (error) return error->what;
    return lua_isnil(lua.state(), -1) ? "nil" : lua_tostring(lua.state(), -1);
}

// A list of what a call returns: "1,3,ab".
std::string results(const std::string& call) {
    return run("local t, n = { " + call + " }, select('#', " + call +
               ") local all = {} for i = 1, n do all[i] = tostring(t[i]) "
               "end return table.concat(all, ',')");
}

// The same by LuaJIT's own library.
class Original {
public:
    Original() : state_{luaL_newstate(), lua_close} { luaL_openlibs(state_.get()); }
    std::string run(const std::string& text) {
        lua_settop(state_.get(), 0);
        if (luaL_dostring(state_.get(), text.c_str())) return "error";
        return lua_tostring(state_.get(), -1);
    }

private:
    std::unique_ptr<lua_State, void (*)(lua_State*)> state_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(config_lua_patterns)

BOOST_AUTO_TEST_CASE(find_tells_where_and_what) {
    BOOST_TEST(results("('hello world'):find('o w')") == "5,7");
    BOOST_TEST(results("('hello world'):find('(l+)(.)')") == "3,5,ll,o");
    BOOST_TEST(results("('a.b'):find('.', 2, true)") == "2,2");
    BOOST_TEST(results("('hello'):find('l', -2)") == "4,4");
    BOOST_TEST(results("('hello'):find('xyz')") == "nil");
    BOOST_TEST(results("(''):find('')") == "1,0");
    BOOST_TEST(results("('abc'):find('', 10)") == "4,3");
}

BOOST_AUTO_TEST_CASE(match_gives_captures_or_all) {
    BOOST_TEST(results("('/orders/42/items'):match('^/orders/(%d+)/(%a+)$')") == "42,items");
    BOOST_TEST(results("('key = value'):match('^(%w+)%s*=%s*(%w+)$')") == "key,value");
    BOOST_TEST(results("('abc'):match('b')") == "b");
    BOOST_TEST(results("('abc'):match('()b()')") == "2,3");
    BOOST_TEST(results("('f(a(b)c)d'):match('%b()')") == "(a(b)c)");
    BOOST_TEST(results("('THE (quick) fox'):match('%f[%a]%a+', 5)") == "quick");
    BOOST_TEST(results("('say \"hi\"'):match('([\"\\'])(.-)%1')") == "\",hi");
    BOOST_TEST(results("('a-b]c'):match('[]%-]+')") == "-");
    BOOST_TEST(results("('2024-06-11'):match('[^%d]')") == "-");
    BOOST_TEST(results("('a$'):match('a$$')") == "a$");
}

BOOST_AUTO_TEST_CASE(gmatch_goes_through_all) {
    BOOST_TEST(run("local all = '' for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do all = all .. k .. v .. ';' end "
                   "return all") == "a1;b2;");
    BOOST_TEST(run("local n = 0 for w in ('abc'):gmatch('') do n = n + 1 end return n") == "4");
}

BOOST_AUTO_TEST_CASE(gsub_replaces_by_text_table_and_function) {
    BOOST_TEST(results("('hello world'):gsub('o', '0')") == "hell0 w0rld,2");
    BOOST_TEST(results("('hello world'):gsub('(%w+) (%w+)', '%2 %1')") == "world hello,1");
    BOOST_TEST(results("('abc'):gsub('%w', '%0%0', 2)") == "aabbc,2");
    BOOST_TEST(results("('$a $b'):gsub('%$(%w+)', { a = 'x' })") == "x $b,2");
    BOOST_TEST(results("('abc'):gsub('', '-')") == "-a-b-c-,4");
    BOOST_TEST(results("('abc'):gsub('%w', function(c) if c == 'b' then return 'X' end end)") == "aXc,3");
    BOOST_TEST(run("return ('abc'):gsub('b', function() error('inside') end)") == "inside");
    BOOST_TEST(run("return ('abc'):gsub('b', true)") ==
               "expected a text, table or function to replace with, got boolean");
}

BOOST_AUTO_TEST_CASE(what_is_no_pattern_is_an_error) {
    for (const char* bad : {"(", ".)", "(()", "[a", "[", "%", "%b", "%bx", "%f", "%1", "(a)%2", "[%", "[^"})
        BOOST_TEST(run(std::string{"return tostring(pcall(string.find, 'abc', '"} + bad + "'))") == "false", bad);
}

BOOST_AUTO_TEST_CASE(random_patterns_do_as_the_original) {
    std::mt19937 engine{7};
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(engine); };
    const std::vector<std::string> parts = {"a", "b", ".",  "%a", "%d",   "[ab]",  "[^a]", "[a-c1]", "%s", "1",
                                            "(", ")", "()", "%1", "%b12", "%f[a]", "^",    "$",      "%W", "-"};
    const std::vector<std::string> repeats = {"", "", "*", "+", "-", "?"};
    Original original;
    int matched = 0;
    for (int i = 0; i < 5000; ++i) {
        std::string pattern, subject;
        for (auto n = 1 + below(6); n > 0; --n) pattern += parts[below(parts.size())] + repeats[below(repeats.size())];
        for (auto n = below(10); n > 0; --n) subject += "aab12 c"[below(7)];
        for (const char* call : {"find", "match", "gsub"}) {
            const std::string extra = call == std::string{"gsub"} ? ", '<%0>'" : "";
            const auto text =
                "local t = { pcall(string." + std::string{call} + ", '" + subject + "', '" + pattern + "'" + extra +
                ") } for i = 1, 9 do t[i] = tostring(t[i]) end if t[1] == 'false' then return 'error' end "
                "return table.concat(t, ',')";
            const auto ours = run(text);
            BOOST_REQUIRE_MESSAGE(ours == original.run(text), text << " gives " << ours);
            if (ours != "error" && !ours.starts_with("true,nil")) ++matched;
        }
    }
    BOOST_TEST(matched > 1000);
}

BOOST_AUTO_TEST_CASE(a_pattern_that_would_run_for_years_ends) {
    const auto begin = tollgate::test::thread_time();
    for (const char* bomb :
         {"('a'):rep(40):find(('a*'):rep(30) .. 'b')", "('a'):rep(30000):match(('.-'):rep(20) .. 'b')",
          "('a'):rep(1000):gsub(('a-'):rep(30) .. 'b', '')", "pcall(string.find, ('a'):rep(40), ('a*'):rep(30) .. 'b')",
          "('('):rep(100000):find('%b()')"})
        BOOST_TEST(
            run(std::string{"return "} + bomb).find("did not end within 1000000 instructions") != std::string::npos,
            bomb);
    BOOST_TEST((tollgate::test::thread_time() - begin < 10s));
}

BOOST_AUTO_TEST_CASE(results_are_bounded) {
    BOOST_TEST(run("return ('x'):rep(1e5):gsub('x', ('y'):rep(1e3))") ==
               "string.gsub makes a text of more than 4 megabytes");
    BOOST_TEST(run("return ('x'):rep(1e9)") == "string.rep makes a text of more than 4 megabytes");
    BOOST_TEST(run("return #(''):rep(1e15) + #('x'):rep(-1) + #('xy'):rep(2.7)") == "4");
}

BOOST_AUTO_TEST_CASE(a_plain_search_takes_time_by_the_sum_of_its_texts_not_their_product) {
    const auto begin = tollgate::test::thread_time();
    BOOST_TEST(results("(('a'):rep(1e6)):find(('a'):rep(5e5) .. 'b', 1, true)") == "nil");
    BOOST_TEST(results("('xaab'):find('aab')") == "2,4");
    BOOST_TEST((tollgate::test::thread_time() - begin < 1s));
}

// 16 bytes gone through are an instruction: a page of figures may be gone through line by line, and its names replaced.
BOOST_AUTO_TEST_CASE(plain_texts_are_found_and_replaced_for_what_is_gone_through) {
    BOOST_TEST(run("local page, at, lines = ('name{route=1} 2\\n'):rep(2e4), 1, 0 "
                   "while at do at = page:find('\\n', at + 1, true) lines = lines + 1 end return lines") == "20001");
    BOOST_TEST(results("select(2, (('x'):rep(100) .. 'name{'):rep(5000):gsub('name{', 'other{'))") == "5000");
    BOOST_TEST(results("('aXbXXc'):gsub('X', '<%0>')") == "a<X>b<X><X>c,3");
    BOOST_TEST(results("('aXbXXc'):gsub('X', '', 2)") == "abXc,2");
    BOOST_TEST(results("('aXb'):gsub('Y', 'z')") == "aXb,0");
    BOOST_TEST(results("(''):gsub('X', 'z')") == ",0");
    BOOST_TEST(results("('route=1 route=2'):gsub('route=', { ['route='] = 'handler=' })") == "handler=1 handler=2,2");
    BOOST_TEST(run("return ('x'):rep(1e6):gsub('x', 'y')").find("did not end within 1000000 instructions") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_template_does_not_grow_beyond_the_bound_within_one_replacement) {
    const std::string wanted = "string.gsub makes a text of more than 4 megabytes";
    // Ninety gigabytes, if it were only looked at when the replacement is complete.
    BOOST_TEST(run("return ('x'):rep(90000):gsub('^.*', ('%0'):rep(1e6))") == wanted);
    BOOST_TEST(run("return ('x'):rep(90000):gsub('^(.*)', ('%1'):rep(1e6))") == wanted);
}

BOOST_AUTO_TEST_CASE(long_sets_and_repeated_captures_count_by_their_length) {
    const auto begin = tollgate::test::thread_time();
    for (const char* bomb : {"local set = '[' .. ('b'):rep(1e6) .. ']' return ('a'):rep(1e5):find(set)",
                             "local set = '%f[' .. ('b'):rep(1e6) .. ']' return ('a'):rep(1e5):find(set)",
                             "return ('a'):rep(4e5):find('(.*)%1%1b')"})
        BOOST_TEST(run(bomb).find("did not end within 1000000 instructions") != std::string::npos, bomb);
    BOOST_TEST((tollgate::test::thread_time() - begin < 3s));
}

BOOST_AUTO_TEST_SUITE_END()
