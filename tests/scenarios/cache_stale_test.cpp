// tests/scenarios/cache_stale_test.cpp - when what is old is given all the same, and when it must not be.
#include "cache_origin.h"
#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <string_view>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

std::string told(RawClient& client, std::string_view lines = {}) {
    const Message answer = client.get("/x", lines);
    return answer.header("X-Cache") + ' ' + std::to_string(answer.status()) + ' ' + answer.body;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cache_stale)

BOOST_AUTO_TEST_CASE(it_is_given_at_once_while_one_request_asks) {
    Gate answer;
    Origin origin{[&](const Message&, int n) {
        if (n == 2) answer.wait();
        return message("Cache-Control: max-age=0, stale-while-revalidate=3600\r\n", std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(told(client) == "MISS 200 1");
    for (int i = 0; i < 5; ++i) BOOST_TEST(told(client) == "STALE 200 1");
    wait_until("the upstream is asked", [&] { return origin.requests() == 2; });
    BOOST_TEST(told(client) == "STALE 200 1");
    BOOST_TEST(origin.requests() == 2);
    answer.open();
    wait_until("the new answer is used", [&] { return told(client) != "STALE 200 1"; });
    BOOST_TEST(origin.requests() >= 2);
}

BOOST_AUTO_TEST_CASE(the_operator_may_allow_it_and_the_answer_forbid_it) {
    for (const std::string_view lines : {"max-age=0", "max-age=0, must-revalidate", "max-age=0, proxy-revalidate", "s-maxage=0"}) {
        Origin origin{"Cache-Control: " + std::string{lines} + "\r\nETag: \"a\"\r\n"};
        GatewayProcess gateway{cached(origin.address(), "stale_while_revalidate = 1 * hour")};
        auto client = gateway.client();
        told(client);
        BOOST_TEST(told(client) == (lines == "max-age=0" ? "STALE 200 1" : "EXPIRED 200 2"), lines);
    }
}

BOOST_AUTO_TEST_CASE(it_is_given_where_the_upstream_fails) {
    for (const int status : {500, 502, 503, 504, 0}) {
        Origin origin{[&](const Message&, int n) {
            if (n == 1) return message("Cache-Control: max-age=0, stale-if-error=3600\r\n", "old");
            return status == 0 ? std::string{} : message("", "bad", status);
        }};
        GatewayProcess gateway{cached(origin.address())};
        auto client = gateway.client();
        BOOST_TEST(told(client) == "MISS 200 old");
        for (int i = 0; i < 3; ++i) BOOST_TEST(told(client) == "STALE 200 old", status);
    }
}

BOOST_AUTO_TEST_CASE(it_is_not_given_where_the_upstream_says_something_else) {
    Origin origin{[](const Message&, int n) {
        return n == 1 ? message("Cache-Control: max-age=0, stale-if-error=3600\r\n", "old") : message("", "gone", 404);
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    told(client);
    BOOST_TEST(told(client) == "EXPIRED 404 gone");
}

BOOST_AUTO_TEST_CASE(an_upstream_that_is_killed_is_not_noticed) {
    auto origin = std::make_unique<Origin>("Cache-Control: max-age=0\r\nETag: \"a\"\r\n");
    GatewayProcess gateway{cached(origin->address(), "stale_if_error = 1 * hour")};
    auto client = gateway.client();
    BOOST_TEST(told(client) == "MISS 200 1");
    origin.reset();
    for (int i = 0; i < 3; ++i) BOOST_TEST(told(client) == "STALE 200 1");
    auto another = gateway.client();
    BOOST_TEST(another.get("/y").status() == 502);
}

BOOST_AUTO_TEST_CASE(what_must_be_validated_is_not_given_by_a_dead_upstream) {
    for (const std::string_view lines : {"no-cache", "max-age=0, must-revalidate", "max-age=0, proxy-revalidate", "s-maxage=0"}) {
        auto origin = std::make_unique<Origin>("Cache-Control: " + std::string{lines} + "\r\nETag: \"a\"\r\n");
        GatewayProcess gateway{cached(origin->address(), "stale_if_error = 1 * hour")};
        auto client = gateway.client();
        BOOST_TEST(told(client) == "MISS 200 1", lines);
        origin.reset();
        BOOST_TEST(client.get("/x").status() == 502, lines);
    }
}

BOOST_AUTO_TEST_CASE(a_client_may_take_it_by_its_own_word) {
    Origin origin{std::string{"Cache-Control: max-age=0\r\nETag: \"a\"\r\n"}};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    told(client);
    BOOST_TEST(told(client, "Cache-Control: max-stale\r\n") == "STALE 200 1");
    BOOST_TEST(told(client) == "EXPIRED 200 2");
}

BOOST_AUTO_TEST_SUITE_END()
