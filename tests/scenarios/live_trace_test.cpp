// tests/scenarios/live_trace_test.cpp - `Tollgate-Trace` over real sockets: who gets an explanation, and who never sees
// it.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate::test;

namespace {

constexpr auto token = "an-admin-token-of-some-length";
constexpr auto admin = "admin { token = \"an-admin-token-of-some-length\" }\n";

std::string header(std::string_view value) { return "Tollgate-Trace: " + std::string{value} + "\r\n"; }

std::vector<std::string> lines_of(const Message& message) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : message.headers)
        if (name == "Tollgate-Trace") lines.push_back(value);
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& line : lines) all += line + '\n';
    return all;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A gateway with a token, before an upstream that is called the same names.
struct Scene {
    ScriptedUpstream upstream{ScriptedUpstream::always("body", "Tollgate-Trace: of the upstream\r\nX-Up: 1\r\n")};
    GatewayProcess gateway;
    explicit Scene(std::string_view words = admin)
        : gateway{routes_to(upstream.address(), "balance = balancer {}",
                            "plugins = { logging { to = \"access.log\" } }", words)} {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_live_trace)

BOOST_AUTO_TEST_CASE(the_operator_is_told_step_by_step) {
    Scene scene;
    const auto answer = scene.gateway.client().get("/x?token=a-secret-of-the-client", header(token));
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.body == "body");
    const auto text = joined(lines_of(answer));
    BOOST_TEST(has(text, "route * /** (routes.lua:"), text);
    BOOST_TEST(has(text, "): taken"), text);
    BOOST_TEST(has(text, " us on_request logging (routes.lua:"), text);
    BOOST_TEST(has(text, "round_robin: target 1 of 1, " + scene.upstream.address()), text);
    BOOST_TEST(has(text, "u: " + scene.upstream.address() + " answered 200"), text);
    BOOST_TEST(has(text, "first byte after "), text);
    BOOST_TEST(has(text, "answer + Via: 1.1 tollgate"), text);
    BOOST_TEST(!has(text, "of the upstream"), text);
    BOOST_TEST(!has(text, token), text);
    BOOST_TEST(!has(text, "a-secret-of-the-client"), text);
}

BOOST_AUTO_TEST_CASE(who_has_no_right_token_is_told_nothing) {
    Scene scene;
    const auto plain = scene.gateway.client().get("/x");
    for (const std::string& lines :
         {header("wrong"), header(""), header(std::string{token} + "x"), header(token) + header(token),
          header(std::string(5000, 'x')), header("Bearer " + std::string{token})}) {
        const auto answer = scene.gateway.client().get("/x", lines);
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(!answer.has("Tollgate-Trace"));
        BOOST_TEST(answer.headers.size() == plain.headers.size());
    }
}

BOOST_AUTO_TEST_CASE(where_no_token_is_configured_nobody_is_entitled) {
    Scene scene{""};
    for (const char* given : {"", token}) {
        const auto answer = scene.gateway.client().get("/x", header(given));
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(!answer.has("Tollgate-Trace"));
    }
    BOOST_TEST(!scene.upstream.last().has("Tollgate-Trace"));
}

BOOST_AUTO_TEST_CASE(the_token_reaches_neither_upstream_nor_log_nor_functions) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    GatewayProcess gateway{routes_to(
        upstream.address(), "", "plugins = { logging { to = \"access.log\", query = true } }",
        std::string{admin} + "route \"GET /seen\" { answer = \"seen\\n\", "
                             "when = function(request) return request.headers[\"Tollgate-Trace\"] ~= \"\" end }\n")};
    for (const char* given : {token, "wrong-token-of-somebody"}) {
        BOOST_TEST(gateway.client().get("/seen", header(given)).body == "x");
        const auto request = upstream.last();
        BOOST_TEST(!request.has("Tollgate-Trace"));
        for (const auto& [name, value] : request.headers) BOOST_TEST(!has(value, given), name);
    }
    for (const auto& line : gateway.log_lines(2, "access.log")) {
        BOOST_TEST(!has(line, token), line);
        BOOST_TEST(!has(line, "wrong-token"), line);
    }
    BOOST_TEST(!has(gateway.process().stderr_text(), token));
}

BOOST_AUTO_TEST_CASE(refusals_are_explained_as_well) {
    // A port that nobody else is given while it is bound and does not listen.
    ScriptedUpstream gone{ScriptedUpstream::always("")};
    gone.stop_listening();
    GatewayProcess gateway{std::string{admin} +
                               "route \"GET /x\" { answer = \"ok\\n\", plugins = { auth { file = \"keys\" } } }\n"
                               "route \"GET /down\" { upstream = upstream \"u\" { targets = { \"" +
                               gone.address() + "\" } } }\n",
                           {},
                           {{"keys", std::string(64, '0') + " nobody -\n"}}};
    const auto refused = gateway.client().get("/x", header(token));
    BOOST_TEST(refused.status() == 401);
    BOOST_TEST(has(joined(lines_of(refused)), "no key, and one is required; refuses: 401 key_missing"));
    const auto nowhere = gateway.client().get("/nowhere", header(token));
    BOOST_TEST(nowhere.status() == 404);
    BOOST_TEST(has(joined(lines_of(nowhere)), "no route takes this path"));
    const auto down = gateway.client().get("/down", header(token));
    BOOST_TEST(down.status() == 502);
    BOOST_TEST(has(joined(lines_of(down)), "u: " + gone.address() + " not connected"), joined(lines_of(down)));
}

BOOST_AUTO_TEST_CASE(an_explanation_has_an_end) {
    std::string routes{admin};
    for (int i = 0; i < 90; ++i)
        routes += "route \"GET /x\" { answer = \"no\\n\", when = function(request) return false end }\n";
    routes += "route \"GET /x\" { answer = \"yes\\n\" }\n";
    GatewayProcess gateway{routes};
    const auto answer = gateway.client().get("/x", header(token));
    BOOST_TEST(answer.body == "yes\n");
    const auto lines = lines_of(answer);
    BOOST_REQUIRE(!lines.empty());
    BOOST_TEST(lines.size() <= 64u);
    BOOST_TEST(joined(lines).size() <= 8u << 10);
    BOOST_TEST(has(joined(lines), "route GET /x (routes.lua:92): taken\nand 66 routes more\n"), joined(lines));
    BOOST_TEST(has(joined(lines), "answers 200"), joined(lines));
    BOOST_TEST(lines[0] == "route GET /x (routes.lua:2): passed over: `when` says no");
}

BOOST_AUTO_TEST_CASE(the_next_request_of_a_connection_is_not_explained_unasked) {
    Scene scene;
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/x", header(token)).has("Tollgate-Trace"));
    BOOST_TEST(!client.get("/x").has("Tollgate-Trace"));
    BOOST_TEST(client.get("/x", header(token)).has("Tollgate-Trace"));
}

BOOST_AUTO_TEST_SUITE_END()
