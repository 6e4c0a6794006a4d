// tests/core/config/lua_answers_test.cpp - what functions see of failures and answers, and what they may make of them.
#include "config/lua_answers.h"

#include "config/lua_script.h"
#include "core/config/fake_plugins.h"
#include "core/config/script_failure.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>

using namespace tollgate;
using namespace tollgate::config;

namespace {

struct NoFacts final : Facts {
    std::string_view plain(Plain) const override { return "fact"; }
    std::string_view named(Named, std::string_view, std::string&) const override { return {}; }
};

constexpr Bounds unhurried = [] {
    Bounds bounds = request_bounds;
    bounds.time = std::chrono::minutes{1};
    return bounds;
}();

// One function of two arguments, called as `errors` and `response` call theirs.
struct One {
    test::Workshop workshop;
    Source source;
    LuaScript script;

    explicit One(const std::string& body)
        : source{"routes.lua", "/",
                 "route 'GET /' { answer = 'x', response = function(given, request)\n" + body + "\nend }",
                 [](const char*) -> const char* { return nullptr; }},
          script{source, workshop.catalogue(), places(), unhurried} {}
    std::vector<Place> places() {
        Reader reader{source, workshop.catalogue()};
        reader.run();
        return reader.functions();
    }
};

const Failure limited{Culprit::client, 429, "rate_limited", "too many", "10.0.0.1:9001 said so"};

std::optional<SaidAnswer> said(const std::string& body) {
    return One{body}.script.error_answer(1, limited, "id-1", NoFacts{});
}

Response tea() {
    return Response{
        418, Headers{{"Content-Type", "text/plain"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}, {"Via", "1.1 x"}},
        std::string{"tea"}};
}

AnswerChange changed(const std::string& body, std::optional<std::string_view> readable = "tea") {
    const Response response = tea();
    return One{body}.script.change(1, {response, true, 12.5, readable}, NoFacts{});
}

std::string headers_after(const AnswerChange& change) {
    Headers headers = tea().headers();
    change.headers.apply(headers, {});
    std::string text;
    for (const auto& line : headers) text.append(line.name).append("=").append(line.value).append(";");
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_lua_answers)

BOOST_AUTO_TEST_CASE(a_failure_is_seen_without_what_is_for_the_log) {
    const auto answer = said(
        "local all = '' for name in pairs(given) do all = all .. name .. ' ' end\n"
        "return all .. given.status .. given.reason .. given.message .. given.request_id .. given.culprit .. "
        "request.path");
    BOOST_TEST(*answer->body == "culprit message reason request_id status 429rate_limitedtoo manyid-1clientfact");
    BOOST_TEST(!answer->status);
}

BOOST_AUTO_TEST_CASE(a_function_says_nothing_a_body_or_a_table) {
    BOOST_TEST(!said("return"));
    BOOST_TEST(!said("return false"));
    BOOST_TEST(*said("return 42")->body == "42");
    const auto answer = said(
        "return { status = 503, body = '{}', type = 'application/json', headers = { ['x-tag'] = { 'a', 'b' }, N = 1 } "
        "}");
    BOOST_TEST(*answer->status == 503);
    BOOST_TEST(*answer->body == "{}");
    BOOST_TEST(answer->type == "application/json");
    BOOST_TEST(answer->headers.size() == 3u);
    BOOST_TEST(answer->headers[1].name == "X-Tag");
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_names_the_line) {
    const auto wrong = [](const std::string& body) { return failed([&] { said(body); }); };
    BOOST_TEST(
        wrong("return true").starts_with("routes.lua:1: expected a body, { status, body, type, headers } or nothing"));
    BOOST_TEST(wrong("return { status = 99 }") == "routes.lua:1: status: expected 200 to 599, got 99");
    BOOST_TEST(wrong("return { body = {} }").ends_with("got a table value; json.encode makes a text of a table"));
    BOOST_TEST(wrong("return { stauts = 400 }").ends_with("has no \"stauts\"; did you mean \"status\"?"));
    BOOST_TEST(wrong("return { type = 'a\\nb' }").find("text of one line") != std::string::npos);
    BOOST_TEST(wrong("return { headers = { ['X'] = 'a\\r\\nb' } }").find("text of one line") != std::string::npos);
    BOOST_TEST(wrong("return { headers = { ['Content-Length'] = 1 } }").find("gateway's own") != std::string::npos);
    BOOST_TEST(wrong("return { headers = { ['a b'] = 1 } }").find("expected a header name") != std::string::npos);
    BOOST_TEST(wrong("error('boom')") == "routes.lua:2: boom");
}

BOOST_AUTO_TEST_CASE(an_answer_is_seen_and_what_is_left_alone_stays) {
    const auto change = changed(
        "assert(given.status == 418 and given.body == 'tea' and given.time == 12.5 and given.from_upstream)\n"
        "assert(given.headers['CONTENT-type'] == 'text/plain' and given.headers['Set-Cookie'] == 'a=1')\n"
        "assert(given.headers.Absent == '' and given.headers.Via == '')");
    BOOST_TEST(!change.status);
    BOOST_TEST(!change.body);
    BOOST_TEST(change.headers.empty());
    BOOST_TEST(!changed("assert(given.body == nil)", std::nullopt).body);
}

BOOST_AUTO_TEST_CASE(status_headers_and_body_are_assigned) {
    const auto change = changed(
        "given.status = 200 given.body = 'milk' given.headers['content-TYPE'] = 'text/html'\n"
        "given.headers['Set-Cookie'] = nil given.headers['x-count'] = 3 given.headers.List = { 'a', 'b' }");
    BOOST_TEST(*change.status == 200);
    BOOST_TEST(*change.body == "milk");
    BOOST_TEST(headers_after(change) == "Content-Type=text/html;Via=1.1 x;List=a;List=b;X-Count=3;");
    BOOST_TEST(headers_after(changed("given.headers['Set-Cookie'] = {}")) == "Content-Type=text/plain;Via=1.1 x;");
    BOOST_TEST(*changed("given.body = nil").body == "");
    BOOST_TEST(*changed("given.body = 'made'", std::nullopt).body == "made");
}

BOOST_AUTO_TEST_CASE(all_headers_may_be_replaced_but_not_the_gateways_own) {
    BOOST_TEST(headers_after(changed("given.headers = { ['X-Only'] = 'a' }")) == "Via=1.1 x;X-Only=a;");
}

BOOST_AUTO_TEST_CASE(what_no_answer_can_be_names_the_line) {
    const auto wrong = [](const std::string& body) { return failed([&] { changed(body); }); };
    BOOST_TEST(wrong("given.staus = 1") == "routes.lua:2: a response has no \"staus\"; did you mean \"status\"?");
    BOOST_TEST(wrong("return given.Status").starts_with("routes.lua:2: a response has no \"Status\""));
    BOOST_TEST(wrong("given.status = 'x'").find("expected 200 to 599") != std::string::npos);
    BOOST_TEST(wrong("given.status = nil").find("expected 200 to 599") != std::string::npos);
    BOOST_TEST(wrong("given.body = {}").find("expected a text") != std::string::npos);
    BOOST_TEST(wrong("given.headers = 5").find("expected {") != std::string::npos);
    BOOST_TEST(wrong("given.headers.X = true").find("a text or a list of texts") != std::string::npos);
    BOOST_TEST(wrong("given.headers.X = 'a\\nb'").find("text of one line") != std::string::npos);
    BOOST_TEST(wrong("given.headers[5] = 'a'").find("expected a header's name") != std::string::npos);
    BOOST_TEST(wrong("rawset(given.headers, 1, 'a')").starts_with("routes.lua:2: unknown word \"rawset\""));
    BOOST_TEST(wrong("while true do end").find("instructions") != std::string::npos);
    BOOST_TEST(wrong("given.body = string.rep('x', 10000000)").find("megabyte") != std::string::npos);
    BOOST_TEST(wrong("for i = 1, 300 do given.headers['X' .. i] = 'a' end").find("at most 256") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_text_many_times_is_held_to_a_bound) {
    const std::string bomb =
        "local list, value = {}, ('x'):rep(16000) for i = 1, 256 do list[i] = value end\n"
        "local headers = {} for i = 1, 256 do headers['X' .. i] = list end\n";
    BOOST_TEST(failed([&] { changed(bomb + "given.headers = headers"); }).find("256 kilobytes") != std::string::npos);
    BOOST_TEST(failed([&] { said(bomb + "return { headers = headers }"); }).find("256 kilobytes") != std::string::npos);
    BOOST_TEST(failed([&] { changed("given.headers[('x'):rep(70000)] = 'a'"); }).find("a shorter name") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_that_are_left_alone_may_be_what_no_function_may_write) {
    const std::string longer(20000, 'x');
    const Response odd{200, Headers{{"X-Odd", "a\x01z"}, {"X-Long", longer}}, std::string{}};
    One one{"given.headers.X = 'new'"};
    const auto change = one.script.change(1, {odd, true, 0, {}}, NoFacts{});
    BOOST_TEST(change.headers.changes().size() == 1u);
    BOOST_CHECK_THROW(One{"given.headers.X = given.headers['X-Odd']"}.script.change(1, {odd, true, 0, {}}, NoFacts{}),
                      Failure);
}

BOOST_AUTO_TEST_CASE(the_vm_is_fit_for_the_next_call_after_each_of_them) {
    One one{"if given.status == 418 then error({}) end given.status = 204"};
    const Response bad = tea(), good{200};
    for (int i = 0; i < 50; ++i) {
        BOOST_CHECK_THROW(one.script.change(1, {bad, true, 0, "tea"}, NoFacts{}), Failure);
        BOOST_TEST(*one.script.change(1, {good, true, 0, ""}, NoFacts{}).status == 204);
    }
}

BOOST_AUTO_TEST_SUITE_END()
