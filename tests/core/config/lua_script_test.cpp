// tests/core/config/lua_script_test.cpp - functions of routes.lua see the request, and fail without harm.
#include "config/lua_script.h"

#include "core/config/fake_plugins.h"
#include "support/failure.h"
#include "support/thread_time.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>

using namespace tollgate;
using namespace tollgate::config;

namespace {

class FakeFacts final : public Facts {
public:
    std::map<std::string, std::string> named_facts;
    std::string_view plain(Plain fact) const override {
        constexpr std::string_view values[] = {"GET",       "/orders/7",       "example.org", "https",
                                               "192.0.2.7", "GET /orders/:id", "key-1",       "free"};
        return values[std::size_t(fact)];
    }
    std::string_view named(Named fact, std::string_view name, std::string& scratch) const override {
        constexpr std::string_view kinds[] = {"headers", "query", "cookies", "parameters"};
        std::string key = std::string{kinds[std::size_t(fact)]} + '.' + std::string{name};
        std::transform(key.begin(), key.end(), key.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const auto found = named_facts.find(key);
        scratch = found == named_facts.end() ? "" : found->second;
        return scratch;
    }
};

// As for requests, but that a slow machine has time to meet the bound that is meant.
constexpr Bounds unhurried = [] {
    Bounds bounds = request_bounds;
    bounds.time = std::chrono::minutes{1};
    return bounds;
}();

// The functions of a file in which function n is the n-th `when`.
struct Functions {
    test::Workshop workshop;
    Source source;
    LuaScript script;

    static Source source_of(const std::string& functions) {
        std::string text = "listen '127.0.0.1:0'\n";
        return {"routes.lua", "/", text + functions, [](const char*) -> const char* { return nullptr; }};
    }
    std::vector<Place> places() {
        Reader reader{source, workshop.catalogue()};
        reader.run();
        return reader.functions();
    }
    explicit Functions(const std::string& functions, const Bounds& bounds = unhurried)
        : source{source_of(functions)}, script{source, workshop.catalogue(), places(), bounds} {}
};

Functions one(const std::string& body, const Bounds& bounds = unhurried) {
    return Functions{"route 'GET /' { answer = 'ok', when = function(request) " + body + " end }", bounds};
}

std::string text_of(const std::string& body, const FakeFacts& facts = {}) {
    auto functions = one(body);
    std::string scratch;
    return std::string{functions.script.text(1, facts, scratch)};
}

std::string failure_of(const std::string& body) {
    auto functions = one(body);
    std::string scratch;
    try {
        functions.script.text(1, FakeFacts{}, scratch);
    } catch (const Failure& failure) {
        BOOST_TEST(failure.status == 500);
        BOOST_TEST(failure.reason == "script_failed");
        BOOST_TEST(failure.message.find("routes.lua") == std::string::npos);
        return failure.detail;
    }
    return "no failure";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_lua_script)

BOOST_AUTO_TEST_CASE(a_function_sees_the_request) {
    FakeFacts facts;
    facts.named_facts = {
        {"headers.user-agent", "curl"}, {"query.q", "tea"}, {"cookies.s", "c"}, {"parameters.id", "7"}};
    BOOST_TEST(text_of("return request.method .. request.path .. request.host .. request.scheme", facts) ==
               "GET/orders/7example.orghttps");
    BOOST_TEST(text_of("return request.client_ip .. request.route .. request.caller .. request.tier", facts) ==
               "192.0.2.7GET /orders/:idkey-1free");
    BOOST_TEST(
        text_of("return request.headers['User-Agent'] .. request.query.q .. request.cookies.s .. request.parameters.id",
                facts) == "curlteac7");
}

BOOST_AUTO_TEST_CASE(what_is_absent_is_empty) {
    BOOST_TEST(
        text_of("return #request.headers['X-None'] + #request.query.q + #request.cookies.c + #request.parameters.p") ==
        "0");
}

BOOST_AUTO_TEST_CASE(results_are_taken_as_text) {
    BOOST_TEST(text_of("return 5") == "5");
    BOOST_TEST(text_of("return 0.5") == "0.5");
    BOOST_TEST(text_of("return nil") == "");
    BOOST_TEST(text_of("") == "");
    BOOST_TEST(text_of("return true") == "true");
    BOOST_TEST(text_of("return false") == "");
    BOOST_TEST(failure_of("return {}") ==
               "routes.lua:2: expected a text, a number or nothing to be returned, got a table value");
}

BOOST_AUTO_TEST_CASE(only_false_and_nil_fail_a_test) {
    for (const auto& [result, expected] : std::map<std::string, bool>{{"", false},
                                                                      {"return nil", false},
                                                                      {"return false", false},
                                                                      {"return 0", true},
                                                                      {"return ''", true},
                                                                      {"return true", true}})
        BOOST_TEST(one(result).script.test(1, FakeFacts{}) == expected, result);
}

BOOST_AUTO_TEST_CASE(failures_name_the_line_to_the_log_only) {
    BOOST_TEST(failure_of("local t\nreturn t.x") == "routes.lua:3: attempt to index local 't' (a nil value)");
    BOOST_TEST(failure_of("return request.heders") ==
               "routes.lua:2: a request has no \"heders\"; did you mean \"headers\"?");
    BOOST_TEST(failure_of("request.path = '/x'") == "routes.lua:2: the request cannot be changed here");
    BOOST_TEST(failure_of("request.headers.x = '/x'") == "routes.lua:2: the request cannot be changed here");
    BOOST_TEST(failure_of("return request.headers[1]") == "routes.lua:2: expected a name, got a number value");
    BOOST_TEST(failure_of("counter = 1") ==
               "routes.lua:2: assignment to the global \"counter\"; functions keep nothing between requests");
    BOOST_TEST(failure_of("return header 'X'") == "routes.lua:2: \"header\" has no meaning while requests are served");
    BOOST_TEST(
        failure_of("return uknown") ==
        "routes.lua:2: unknown word \"uknown\"; loaded plugins: auth, balancer, cache, logging, probe, ratelimit");
    BOOST_TEST(failure_of("error({})") == "routes.lua:2: failed with an error object (a table value)");
}

BOOST_AUTO_TEST_CASE(a_runaway_function_fails_and_the_next_call_works) {
    constexpr const char* endless = "routes.lua:2: did not end within 100000 instructions; does a loop run forever?";
    for (const char* body : {"while true do end", "while true do pcall(function() while true do end end) end",
                             "return ('a'):rep(40):find(('a*'):rep(30) .. 'b')"})
        BOOST_TEST(failure_of(body) == endless, body);
    auto functions = one("if request.query.bomb ~= '' then while true do end end return true");
    FakeFacts bomb;
    bomb.named_facts = {{"query.bomb", "1"}};
    for (int i = 0; i < 5; ++i) {
        BOOST_CHECK_THROW(functions.script.test(1, bomb), Failure);
        BOOST_TEST(functions.script.test(1, FakeFacts{}));
    }
}

BOOST_AUTO_TEST_CASE(memory_bombs_fail) {
    BOOST_TEST(
        failure_of("local s = 'xxxxxxxx' while true do s = s .. s end").find("makes a text or a table of more than ") !=
        std::string::npos);
    // A dozen large texts, so that memory ends long before the time does, also under sanitizers.
    BOOST_TEST(failure_of("local t, s = {}, ('x'):rep(9e5) for i = 1, 1e6 do t[i] = s .. i end").find(" of memory") !=
               std::string::npos);
    BOOST_TEST(failure_of("return ('x'):rep(1e9)") == "routes.lua:2: string.rep makes a text of more than 1 megabyte");
}

BOOST_AUTO_TEST_CASE(bulk_work_holds_a_loop_for_tens_of_milliseconds) {
    for (const char* body :
         {"local a, b, t = ('x'):rep(4e5) .. 'a', ('x'):rep(4e5) .. 'b', {} for i = 1, 2000 do t[i] = i % 2 == 0 and a "
          "or b end table.sort(t)",
          "local a, b = ('x'):rep(4e5) .. 'a', ('x'):rep(4e5) .. 'b' while true do local c = a < b end",
          "local a = ('x'):rep(4e5) while true do local c = a .. 'y' end",
          "local a = ('x'):rep(4e5) while true do local c = a:upper():lower():reverse() end",
          "local a = ('x'):rep(4e5) while true do local c = string.format('%s', a) end",
          "local t = {} for i = 1, 7000 do t[i] = 1e-300 end while true do "
          "local c = string.format(('%.14g'):rep(7000), unpack(t)) end",
          "local a = ('1'):rep(4e5) while true do local c = tonumber(a) end",
          "local t = { 1 } table.insert(t, -2e9, 1)", "local t = { 1 } table.concat(t, '', 2 - 2e9)",
          "local a = ('x'):rep(4e5) while true do local c = a:find(('x'):rep(2e5) .. 'b', 1, true) end"}) {
        auto functions = one(body, request_bounds);
        const auto begin = test::thread_time();
        std::string scratch;
        BOOST_CHECK_THROW(functions.script.text(1, FakeFacts{}, scratch), Failure);
        const auto took = std::chrono::duration<double, std::milli>(test::thread_time() - begin).count();
        BOOST_TEST_MESSAGE(took << " ms: " << body);
        // Bounded by 20 ms of the thread, and what goes by between two looks at its clock.
        BOOST_TEST(took < 600, body);
    }
}

BOOST_AUTO_TEST_CASE(a_started_declaration_cannot_be_completed_by_a_request) {
    auto functions = Functions{
        "local r = route 'GET /x'\nr { answer = 'ok', when = function() r { answer = 'again' } return true end }"};
    std::string scratch, detail;
    try {
        functions.script.test(1, FakeFacts{});
    } catch (const Failure& failure) {
        detail = failure.detail;
    }
    BOOST_TEST(detail == "routes.lua:3: route \"GET /x\" has no meaning while requests are served");
}

BOOST_AUTO_TEST_CASE(a_served_script_outlives_the_source_it_was_read_from) {
    test::Workshop workshop;
    auto source = std::make_unique<Source>(
        Functions::source_of("route 'GET /' { answer = 'ok', when = function() return env 'X' end }"));
    LuaScript script{*source, workshop.catalogue(), {{0, 2}}};
    source.reset();
    BOOST_CHECK_THROW(script.test(1, FakeFacts{}), Failure);
}

BOOST_AUTO_TEST_CASE(garbage_of_many_calls_does_not_fill_the_vm) {
    auto functions = one("return request.path .. ('x'):rep(10000) .. math.random()");
    std::string scratch;
    for (int i = 0; i < 20'000; ++i) functions.script.text(1, FakeFacts{}, scratch);
    BOOST_TEST(scratch.size() > 10'000);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_kept_is_over) {
    auto functions = Functions{
        "local kept\n"
        "route 'GET /a' { answer = 'ok', when = function(request) kept = request return true end }\n"
        "route 'GET /b' { answer = 'ok', when = function(request) return kept.path == request.path end }\n"};
    BOOST_TEST(functions.script.test(1, FakeFacts{}));
    BOOST_TEST(functions.script.test(2, FakeFacts{}), "the same view serves every request");
}

BOOST_AUTO_TEST_CASE(functions_are_numbered_alike_in_every_vm) {
    auto functions = Functions{
        "for name, reply in pairs { b = 'B', a = 'A', c = 'C' } do\n"
        "  route('GET /' .. name) { answer = 'ok', when = function() return reply end }\n"
        "end\n"
        "local shared = function() return 'shared' end\n"
        "route 'GET /x' { answer = 'ok', when = shared, plugins = { ratelimit { rate = 1 / second, by = shared } } }\n"
        "route 'GET /y' { answer = 'ok', plugins = { auth { key = function() return 'last' end } } }\n"};
    std::string all, scratch;
    for (int number = 1; number <= 5; ++number)
        all += std::string{functions.script.text(number, FakeFacts{}, scratch)} + ' ';
    BOOST_TEST(all == "A B C shared last ");
    BOOST_TEST(functions.places().size() == 5u);
}

BOOST_AUTO_TEST_CASE(another_set_of_functions_is_refused) {
    test::Workshop workshop;
    auto source = Functions::source_of("route 'GET /' { answer = 'ok', when = function() end }");
    BOOST_CHECK_THROW((LuaScript{source, workshop.catalogue(), {{0, 1}}}), std::runtime_error);
    BOOST_CHECK_THROW((LuaScript{source, workshop.catalogue(), {{0, 2}, {0, 2}}}), std::runtime_error);
    BOOST_CHECK_NO_THROW((LuaScript{source, workshop.catalogue(), {{0, 2}}}));
}

BOOST_AUTO_TEST_SUITE_END()
