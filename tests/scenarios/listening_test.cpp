// tests/scenarios/listening_test.cpp - where the gateway listens, and what it answers by itself.
#include "support/gateway_process.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {
const char* const ok_route = "\nroute \"GET /ok\" { answer = { status = 200, body = \"ok\\n\", headers = { [\"X-From\"] = \"route\" } } }";
}

BOOST_AUTO_TEST_SUITE(scenarios_listening)

BOOST_AUTO_TEST_CASE(ipv4_ipv6_and_unix_sockets_serve_side_by_side) {
    const TemporaryFolder folder;
    const std::string path = "unix:" + (folder / "gate.sock").string();
    GatewayProcess gateway{"listen \"127.0.0.1:0\" listen \"[::1]:0\" listen \"" + path + "\"" + ok_route};
    BOOST_REQUIRE(gateway.addresses().size() == 3u);
    BOOST_TEST(gateway.addresses()[0].starts_with("127.0.0.1:"));
    BOOST_TEST(gateway.addresses()[1].starts_with("[::1]:"));
    BOOST_TEST(gateway.addresses()[2] == path);
    for (const auto& address : gateway.addresses()) BOOST_TEST(RawClient{address}.get("/ok").body == "ok\n", address);
}

BOOST_AUTO_TEST_CASE(a_route_may_answer_by_itself) {
    GatewayProcess gateway{ok_route};
    auto client = gateway.client();
    const Message answer = client.get("/ok");
    BOOST_TEST(answer.start_line == "HTTP/1.1 200 OK");
    BOOST_TEST(answer.header("Content-Length") == "3");
    BOOST_TEST(answer.header("X-From") == "route");
    BOOST_TEST(answer.has("Date"));
}

BOOST_AUTO_TEST_CASE(what_no_route_takes_is_404_and_the_connection_goes_on) {
    GatewayProcess gateway{ok_route};
    auto client = gateway.client();
    const Message answer = client.get("/nowhere", "X-Request-Id: abc\r\n");
    BOOST_TEST(answer.status() == 404);
    BOOST_TEST(answer.header("Content-Type") == "application/json");
    BOOST_TEST(answer.body == "{\"error\":\"no_route\",\"message\":\"no route matches this request\",\"request_id\":\"abc\"}\n");
    BOOST_TEST(client.get("/ok").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_path_of_other_methods_says_which) {
    GatewayProcess gateway{ok_route};
    auto client = gateway.client();
    const Message answer = client.post("/ok", "body");
    BOOST_TEST(answer.status() == 405);
    BOOST_TEST(answer.header("Allow").find("GET") != std::string::npos);
    BOOST_TEST(client.get("/ok").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_said_and_ends_the_start) {
    GatewayProcess gateway{ok_route};
    gateway.write_file("second.lua", "listen \"" + gateway.address() + "\"" + ok_route);
    const Finished second = run({tollgate_program(), "serve", (gateway.folder() / "second.lua").string(), "--admin", "off"});
    BOOST_TEST(second.code == 1);
    BOOST_TEST(second.err.find(gateway.address()) != std::string::npos, second.err);
}

// 1, as for a listen: what is wrong is the machine, not the configuration.
BOOST_AUTO_TEST_CASE(an_admin_address_that_is_taken_is_said_and_ends_the_start) {
    GatewayProcess gateway{ok_route};
    gateway.write_file("second.lua", std::string{"listen \"127.0.0.1:0\""} + ok_route);
    const Finished second =
        run({tollgate_program(), "serve", (gateway.folder() / "second.lua").string(), "--admin", gateway.admin()});
    BOOST_TEST(second.code == 1);
    BOOST_TEST(second.err.find(gateway.admin()) != std::string::npos, second.err);
}

BOOST_AUTO_TEST_CASE(many_connections_at_once_are_served) {
    GatewayProcess gateway{ok_route};
    std::vector<RawClient> clients;
    for (int i = 0; i < 500; ++i) clients.emplace_back(gateway.address());
    for (auto& client : clients) client.send(RawClient::head("GET", "/ok"));
    for (auto& client : clients) BOOST_REQUIRE(client.answer().body == "ok\n");
}

BOOST_AUTO_TEST_CASE(descriptors_are_given_back) {
    GatewayProcess gateway{ok_route};
    BOOST_TEST(gateway.client().get("/ok").status() == 200);
    const auto before = gateway.process().open_descriptors();
    for (int round = 0; round < 3; ++round) {
        std::vector<RawClient> clients;
        for (int i = 0; i < 100; ++i) {
            clients.emplace_back(gateway.address());
            if (i % 2) clients.back().send("GET /ok HTT");  // half a head
        }
        for (int i = 0; i < 100; i += 4) clients[static_cast<std::size_t>(i)].reset();
    }
    wait_until("descriptors are back at " + std::to_string(before),
               [&] { return gateway.process().open_descriptors() <= before; });
}

BOOST_AUTO_TEST_SUITE_END()
