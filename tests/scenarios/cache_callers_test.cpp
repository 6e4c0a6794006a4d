// tests/scenarios/cache_callers_test.cpp - callers who have their own copies, beside what is for everybody.
#include "cache_origin.h"
#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace tollgate::test;

namespace {

constexpr std::string_view alice = "X-API-Key: alice-key\r\n", bob = "X-API-Key: bob-key\r\n";
constexpr std::string_view fresh = "Cache-Control: max-age=3600\r\n",
                           for_all = "Cache-Control: public, max-age=3600\r\n";

std::string behind_auth(const Origin& origin, const std::string& settings = {}) {
    return "route \"* /**\" { upstream = upstream \"u\" { targets = { \"" + origin.address() +
           "\" }, timeout = 1 * hour }, plugins = { auth { key = header \"X-API-Key\", file = \"keys\" }, cache { " +
           settings + " } } }\n";
}
std::string gets(RawClient& client, std::string_view who, std::string_view lines = {}) {
    const Message answer = client.get("/x", std::string{who}.append(lines));
    return answer.header("X-Cache") + ' ' + answer.body;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cache_callers)

BOOST_AUTO_TEST_CASE(what_a_caller_has_newly_of_his_own_is_found_before_what_was_everybodys) {
    Origin origin{[](const Message&, int n) { return message(n == 1 ? for_all : fresh, std::to_string(n)); }};
    GatewayProcess gateway{behind_auth(origin), {}, {{"keys", alice_and_bob}}};
    auto client = gateway.client();
    BOOST_TEST(gets(client, alice) == "MISS 1");
    BOOST_TEST(gets(client, bob) == "HIT 1");
    BOOST_TEST(gets(client, alice, "Cache-Control: no-cache\r\n") == "EXPIRED 2");
    BOOST_TEST(gets(client, alice) == "HIT 2");
    BOOST_TEST(gets(client, bob) == "MISS 3");
    BOOST_TEST(gets(client, bob) == "HIT 3");
}

BOOST_AUTO_TEST_CASE(a_304_may_make_a_callers_own_of_what_was_everybodys) {
    Origin origin{[](const Message& request, int n) {
        if (request.header("If-None-Match").empty())
            return message(std::string{for_all} + "ETag: \"a\"\r\n", std::to_string(n));
        return "HTTP/1.1 304 X\r\nETag: \"a\"\r\n" + std::string{fresh} + "\r\n";
    }};
    GatewayProcess gateway{behind_auth(origin), {}, {{"keys", alice_and_bob}}};
    auto client = gateway.client();
    BOOST_TEST(gets(client, alice) == "MISS 1");
    BOOST_TEST(gets(client, alice, "Cache-Control: no-cache\r\n") == "REVALIDATED 1");
    BOOST_TEST(gets(client, alice) == "HIT 1");
    BOOST_TEST(gets(client, bob) == "MISS 3");
}

BOOST_AUTO_TEST_CASE(callers_wait_for_one_answer_where_the_one_before_was_for_everybody) {
    Gate answer;
    Origin origin{[&](const Message&, int n) {
        if (n > 1) answer.wait();
        return message(for_all, std::to_string(n));
    }};
    GatewayProcess gateway{behind_auth(origin, "wait = 1 * hour"), {}, {{"keys", alice_and_bob}}};
    auto first = gateway.client(), second = gateway.client();
    BOOST_TEST(gets(first, alice) == "MISS 1");
    RawClient admin{gateway.admin()};
    admin.send("POST /plugins/cache/purge?all HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(admin.answer().status() == 200);
    first.send(RawClient::head("GET", "/x", alice));
    wait_until("it is asked for", [&] { return origin.requests() == 2; });
    second.send(RawClient::head("GET", "/x", bob));
    wait_until("both are under way", [&] {
        RawClient metrics{gateway.admin()};
        metrics.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return metrics.answer().body.find("\ntollgate_requests_in_flight 2\n") != std::string::npos;
    });
    answer.open();
    BOOST_TEST(first.answer().body == "2");
    BOOST_TEST(second.answer().body == "2");
    BOOST_TEST(origin.requests() == 2);
}

BOOST_AUTO_TEST_CASE(who_waited_for_what_turns_out_to_be_somebody_elses_gets_his_own) {
    Gate answer;
    Origin origin{[&](const Message& request, int n) {
        if (n == 2) answer.wait();
        return message(n == 1 ? for_all : fresh, request.header("X-API-Key") + std::to_string(n));
    }};
    GatewayProcess gateway{behind_auth(origin, "wait = 1 * hour"), {}, {{"keys", alice_and_bob}}};
    auto first = gateway.client(), second = gateway.client();
    first.get("/x", alice);
    RawClient admin{gateway.admin()};
    admin.send("POST /plugins/cache/purge?all HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(admin.answer().status() == 200);
    first.send(RawClient::head("GET", "/x", alice));
    wait_until("it is asked for", [&] { return origin.requests() == 2; });
    second.send(RawClient::head("GET", "/x", bob));
    answer.open();
    BOOST_TEST(first.answer().header("X-Cache") == "MISS");
    BOOST_TEST(second.answer().header("X-Cache") == "MISS");
    BOOST_TEST(origin.requests() == 3);
    for (const auto who : {alice, bob}) BOOST_TEST(gets(first, who).starts_with("HIT "));
}

BOOST_AUTO_TEST_SUITE_END()
