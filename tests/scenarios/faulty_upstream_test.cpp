// tests/scenarios/faulty_upstream_test.cpp - the gateway in front of `loadtester upstream`, which misbehaves as it is told.
#include "support/gateway_process.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace tollgate;
using test::GatewayProcess;
using test::RawClient;
using test::UpstreamProcess;

BOOST_AUTO_TEST_SUITE(scenarios_faulty_upstream)

BOOST_AUTO_TEST_CASE(no_kind_of_garbage_reaches_a_client) {
    UpstreamProcess upstream{{"--garbage", "1"}};
    const GatewayProcess gateway{test::routes_to(upstream.address())};
    for (int i = 0; i < 24; ++i) BOOST_TEST(gateway.client().get("/").status() == 502);
}

BOOST_AUTO_TEST_CASE(what_is_cut_or_reset_is_never_whole) {
    for (const auto flag : {"--cut", "--reset"}) {
        for (const bool chunked : {false, true}) {
            std::vector<std::string> flags{flag, "1", "--size", "100k"};
            if (chunked) flags.emplace_back("--chunked");
            UpstreamProcess upstream{flags};
            const GatewayProcess gateway{test::routes_to(upstream.address())};
            auto client = gateway.client();
            client.keep_record();
            client.send(RawClient::head("GET", "/"));
            BOOST_TEST(test::read_head(client).status() == 200);
            BOOST_TEST((client.wait_for_end() != test::End::timed_out));
            BOOST_TEST(client.record().size() < 100'000);
            BOOST_TEST(!client.record().ends_with("0\r\n\r\n"));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_hanging_upstream_is_given_up) {
    UpstreamProcess upstream{{"--hang", "1", "--id", "one"}};
    const GatewayProcess gateway{test::routes_to(upstream.address(), "timeout = 200 * milliseconds")};
    BOOST_TEST(gateway.client().get("/").status() == 504);
}

BOOST_AUTO_TEST_CASE(requests_steer_the_upstream_through_the_gateway) {
    UpstreamProcess upstream{{"--steered"}};
    const GatewayProcess gateway{test::routes_to(upstream.address())};
    auto client = gateway.client();
    BOOST_TEST(client.get("/", "X-Upstream-Status: 418\r\n").status() == 418);
    BOOST_TEST(client.get("/", "X-Upstream-Size: 300k\r\nX-Upstream-Slow-Body: 1ms\r\n").body.size() == 300'000);
    BOOST_TEST(client.get("/", "X-Upstream-Fault: garbage\r\n").status() == 502);
    BOOST_TEST(client.get("/").status() == 200);
}

// What the client counts, the upstream has counted: through the gateway nothing is lost, doubled or altered.
BOOST_AUTO_TEST_CASE(statuses_pass_in_the_numbers_the_upstream_tells) {
    UpstreamProcess upstream{{"--status", "200:70,503:20,404:10", "--id", "one"}};
    const GatewayProcess gateway{test::routes_to(upstream.address())};
    auto client = gateway.client();
    std::map<int, int> seen;
    for (int i = 0; i < 500; ++i) ++seen[client.get("/").status()];
    BOOST_TEST(upstream.stop().front() == "one: 500 requests (" + std::to_string(seen[200]) + " x 200, " +
                                              std::to_string(seen[404]) + " x 404, " + std::to_string(seen[503]) +
                                              " x 503)");
}

BOOST_AUTO_TEST_SUITE_END()
