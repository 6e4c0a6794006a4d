// tests/core/config/lua_requests_test.cpp - what functions see of requests, and what they may make of them.
#include "config/lua_requests.h"

#include "config/lua_script.h"
#include "core/config/fake_plugins.h"
#include "core/config/script_failure.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace tollgate;
using namespace tollgate::config;

namespace {

struct NoFacts final : Facts {
    std::string_view plain(Plain) const override { return "fact"; }
    std::string_view named(Named kind, std::string_view name, std::string&) const override {
        return kind == Named::headers && (name == "Upgrade" || name == "x-old") ? "as it came" : "";
    }
};

constexpr Bounds unhurried = [] {
    Bounds bounds = request_bounds;
    bounds.time = std::chrono::minutes{1};
    return bounds;
}();

RequestChange changed(const std::string& body, std::optional<std::string_view> readable = "tea") {
    test::Workshop workshop;
    Source source{"routes.lua", "/", "request(function(request)\n" + body + "\nend)",
                  [](const char*) -> const char* { return nullptr; }};
    Reader reader{source, workshop.catalogue()};
    reader.run();
    LuaScript script{source, workshop.catalogue(), reader.functions(), unhurried};
    const Headers headers{{"Host", "gate.test"}, {"X-Old", "1"}, {"X-Old", "2"}, {"Connection", "close"}};
    return script.change(1, RequestFacts{headers, readable}, NoFacts{});
}

std::string changes_of(const RequestChange& change) {
    std::string text;
    for (const auto& one : change.headers.changes())
        text += (one.kind == HeaderChanges::Kind::remove ? "-" : "") + one.name + '=' + one.text + ';';
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_lua_requests)

BOOST_AUTO_TEST_CASE(a_request_is_seen_and_what_is_left_alone_stays) {
    const auto change = changed(
        "assert(request.headers.HOST == 'gate.test' and request.headers['x-old'] == '1' and request.headers.Absent == "
        "'')\n"
        "assert(request.headers.Connection == '' and request.body == 'tea' and request.path == 'fact')\n"
        "assert(request.parameters.id == '' and request.query.q == '' and request.claims.x == '')");
    BOOST_TEST(!change.answer);
    BOOST_TEST(!change.body);
    BOOST_TEST(change.headers.empty());
    BOOST_TEST(!changed("assert(request.body == nil)", std::nullopt).body);
}

BOOST_AUTO_TEST_CASE(headers_and_body_are_assigned) {
    const auto change = changed(
        "request.body = request.body .. '!' request.headers.host = 'shop.test' request.headers['X-Old'] = nil\n"
        "request.headers['x-list'] = { 'a', 'b' }");
    BOOST_TEST(*change.body == "tea!");
    BOOST_TEST(changes_of(change) == "-x-old=;Host=shop.test;X-List=a;X-List=b;");
    BOOST_TEST(*changed("request.body = nil").body == "");
    BOOST_TEST(*changed("request.body = 5", std::nullopt).body == "5");
    BOOST_TEST(changes_of(changed("request.headers = { Host = 'gate.test' }")) == "-x-old=;");
}

BOOST_AUTO_TEST_CASE(another_table_of_headers_leaves_the_host) {
    BOOST_TEST(changes_of(changed("request.headers = { ['X-A'] = '1' }")) == "-x-old=;X-A=1;");
    BOOST_TEST(changes_of(changed("request.headers = { HOST = 'shop.test' }")) == "-x-old=;Host=shop.test;");
    BOOST_TEST(changes_of(changed("request.headers = {}")) == "-x-old=;");
}

BOOST_AUTO_TEST_CASE(what_is_the_gateways_own_can_be_read) {
    const auto change = changed(
        "assert(request.headers.Upgrade == 'as it came' and request.headers.Via == '')\n"
        "request.headers['X-Old'] = nil assert(request.headers['x-old'] == '')");
    BOOST_TEST(changes_of(change) == "-x-old=;");
}

BOOST_AUTO_TEST_CASE(a_function_may_answer) {
    BOOST_TEST(*changed("return 'no'").answer->body == "no");
    const auto answer =
        changed("request.headers.X = 1 return { status = 422, type = 'text/html', headers = { A = 'b' } }");
    BOOST_TEST(*answer.answer->status == 422);
    BOOST_TEST(answer.headers.empty());
    BOOST_TEST(!changed("return false").answer);
}

BOOST_AUTO_TEST_CASE(what_no_request_can_be_names_the_line) {
    const auto wrong = [](const std::string& body) { return failed([&] { changed(body); }); };
    BOOST_TEST(wrong("request.path = '/x'") ==
               "routes.lua:2: expected headers or body of the request to be changed, got "
               "\"path\"; rewrite makes another path");
    BOOST_TEST(wrong("request.method = 'PUT'").ends_with("got \"method\""));
    BOOST_TEST(wrong("request[1] = 'a'").ends_with("got 1"));
    BOOST_TEST(
        wrong("return request.pat").starts_with("routes.lua:2: a request has no \"pat\"; did you mean \"path\"?"));
    BOOST_TEST(wrong("request.body = {}").find("expected a text") != std::string::npos);
    BOOST_TEST(wrong("request.headers = 5").find("expected {") != std::string::npos);
    BOOST_TEST(wrong("request.headers.X = 'a\\nb'").find("text of one line") != std::string::npos);
    BOOST_TEST(wrong("request.headers['Content-Length'] = 5").find("gateway's own") != std::string::npos);
    for (const char* host : {"nil", "''", "{ 'a', 'b' }"})
        BOOST_TEST(wrong(std::string{"request.headers.Host = "} + host).ends_with("\"Host\" can only be set"), host);
    BOOST_TEST(wrong("return { stauts = 400 }").find("an answer has no \"stauts\"") != std::string::npos);
    BOOST_TEST(wrong("return true").find("expected a body") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
