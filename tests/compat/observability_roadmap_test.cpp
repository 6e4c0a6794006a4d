// tests/compat/observability_roadmap_test.cpp - observability.lua: what was on the original's roadmap, for a service behind it.
#include "compat/observability.h"
#include "scenarios/scrape.h"
#include "support/background.h"
#include "support/scripted_upstream.h"
#include "support/tokens.h"

#include <Poco/Base64Encoder.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <deque>
#include <mutex>
#include <sstream>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view secret = "a secret that these tests and the gateway share";

std::string base64url(std::string_view bytes) {
    std::ostringstream out;
    Poco::Base64Encoder encoder{out, Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING};
    encoder << bytes;
    encoder.close();
    return out.str();
}

// Signed with HS256; `claims` beside "exp", as JSON members.
std::string token(const std::string& claims, std::string_view key = secret, std::time_t lives = 3600) {
    const std::string said = base64url(R"({"alg":"HS256","typ":"JWT"})") + '.' +
                             base64url("{\"exp\":" + std::to_string(std::time(nullptr) + lives) + ',' + claims + '}');
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(said.data()),
           said.size(), digest, &length);
    return "Authorization: Bearer " + said + '.' + base64url({reinterpret_cast<const char*>(digest), length}) + "\r\n";
}

std::string reason(const Message& answer) { return json(answer)->getValue<std::string>("error"); }

// Answers 503 until it is told that it is well.
struct Patient {
    std::atomic<bool> well{false};
    ScriptedUpstream upstream{[this](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(well ? 200 : 503, well ? "well" : "ill");
    }};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_observability_roadmap)

BOOST_AUTO_TEST_CASE(o8_a_burst_goes_on_evenly) {
    std::mutex mutex;
    std::vector<std::chrono::steady_clock::time_point> came;
    ScriptedUpstream service{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            {
                const std::lock_guard lock{mutex};
                came.push_back(std::chrono::steady_clock::now());
            }
            connection.answer(200, "done");
        }
    }};
    ObservabilityGateway gateway{{{"SERVICE", service.address()}, {"SHAPE_RATE", "10"}, {"SHAPE_BURST", "1"},
                                  {"JWT_SECRET", std::string{secret}}}};
    const std::string who = token(R"("sub":"alice","tier":"premium")");
    const auto begin = std::chrono::steady_clock::now();
    std::deque<Background> burst;
    for (int i = 0; i < 10; ++i)
        burst.emplace_back([&] {
            const int status = gateway.client().get("/api", who).status();
            if (status != 200) throw std::runtime_error{"an answer " + std::to_string(status)};
        });
    for (auto& one : burst) one.wait();
    BOOST_TEST_REQUIRE(came.size() == 10u);
    std::sort(came.begin(), came.end());
    for (int i = 0; i < 10; ++i) BOOST_TEST((came[i] >= begin + i * 100ms), i << " came too early");  // late they may
}

BOOST_AUTO_TEST_CASE(o13_a_service_that_fails_is_left_alone_tried_and_taken_back) {
    Patient patient;
    ObservabilityGateway gateway{
        {{"SERVICE", patient.upstream.address()}, {"BREAKER_OPEN", "0.5"}, {"JWT_SECRET", std::string{secret}}}};
    const std::string who = token(R"("sub":"alice","tier":"premium")");
    const auto ask = [&] { return gateway.client().get("/api", who); };
    const std::string state = "tollgate_upstream_target_breaker_state{target=\"" + patient.upstream.address() +
                              "\",upstream=\"service\"}";
    for (int i = 0; i < 5; ++i) BOOST_TEST(ask().body == "ill");
    // As long as it is open nobody hears of a request: what came beyond the five was let through to try.
    Message refused;
    wait_until("it is open", [&] {
        refused = ask();
        return refused.status() == 503 && refused.body != "ill";
    });
    BOOST_TEST(reason(refused) == "no_target_available");
    BOOST_TEST(refused.has("Retry-After"));
    gateway.process().wait_for_line("breaker opened: 5 attempts failed in a row");
    const auto upstreams = json(ask_admin(gateway, "GET", "/upstreams"));
    BOOST_TEST(ask_admin(gateway, "GET", "/upstreams").body.find("\"breaker\"") != std::string::npos);
    BOOST_TEST(upstreams->has("upstreams"));
    patient.well = true;
    wait_until("it is taken back", [&] { return ask().body == "well"; });
    scrape_when(gateway, state, 0);
    BOOST_TEST(*value(scrape(gateway).body, "tollgate_upstream_target_breaker_opened_total{target=\"" + patient.upstream.address() +
                                                "\",upstream=\"service\"}") >= 1);
}

BOOST_AUTO_TEST_CASE(o13_open_it_costs_the_service_nothing) {
    Patient patient;
    ObservabilityGateway gateway{
        {{"SERVICE", patient.upstream.address()}, {"BREAKER_OPEN", "3600"}, {"JWT_SECRET", std::string{secret}}}};
    const std::string who = token(R"("sub":"alice","tier":"premium")");
    for (int i = 0; i < 5; ++i) BOOST_TEST(gateway.client().get("/api", who).body == "ill");
    for (int i = 0; i < 20; ++i) BOOST_TEST(gateway.client().get("/api", who).status() == 503);
    BOOST_TEST(patient.upstream.requests() == 5);
    scrape_when(gateway, "tollgate_upstream_target_breaker_state{target=\"" + patient.upstream.address() + "\",upstream=\"service\"}", 2);
}

BOOST_AUTO_TEST_CASE(o16_a_good_token_enters_and_no_other) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    const std::string good = token(R"("sub":"alice","iss":"us","aud":"api")");
    ObservabilityGateway gateway{{{"SERVICE", service.address()}, {"JWT_SECRET", std::string{secret}}, {"JWT_ISSUER", "us"},
                                  {"JWT_AUDIENCE", "api"}}};
    const auto ask = [&](const std::string& line) { return gateway.client().get("/api", line); };
    BOOST_TEST(ask(good).status() == 200);
    BOOST_TEST(reason(ask(token(R"("sub":"alice","iss":"us","aud":"api")", secret, -3600))) == "token_expired");
    for (const std::string& bad : {token(R"("sub":"alice","iss":"us","aud":"api")", "another secret of thirty-two bytes or more"),
                                   token(R"("sub":"alice","iss":"them","aud":"api")"), token(R"("sub":"alice","iss":"us")"),
                                   "Authorization: Bearer " + Tokens::all()["none"] + "\r\n"}) {
        const Message refused = ask(bad);
        BOOST_TEST(refused.status() == 401);
        BOOST_TEST(reason(refused) == "token_invalid");
    }
    BOOST_TEST(service.requests() == 1);
}

BOOST_AUTO_TEST_CASE(o16_public_keys_do_for_tokens_that_others_sign) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    ObservabilityGateway gateway{{{"SERVICE", service.address()}, {"JWT_KEYS", Tokens::all().path("jwks.json")},
                                  {"JWT_ISSUER", "https://issuer.example"}, {"JWT_AUDIENCE", "orders"}}};
    const auto ask = [&](const std::string& name) {
        return gateway.client().get("/api", "Authorization: Bearer " + Tokens::all()[name] + "\r\n");
    };
    for (const char* good : {"RS256", "ES256", "EdDSA"}) BOOST_TEST(ask(good).status() == 200, good);
    BOOST_TEST(reason(ask("expired")) == "token_expired");
    for (const char* bad : {"by_a_stranger", "none", "none_with_kid", "confused", "other_issuer", "other_audience", "HS256"})
        BOOST_TEST(reason(ask(bad)) == "token_invalid", bad);
    BOOST_TEST(service.requests() == 3);
}

BOOST_AUTO_TEST_CASE(o17_the_tier_of_a_token_says_how_much) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    ObservabilityGateway gateway{{{"SERVICE", service.address()}, {"JWT_SECRET", std::string{secret}}}};
    const auto limit = [&](const std::string& claims) {
        const Message answer = gateway.client().get("/api", token(claims));
        BOOST_TEST(answer.status() == 200);
        return answer.header("X-RateLimit-Limit");
    };
    BOOST_TEST(limit(R"("sub":"alice","tier":"free")") == "10");
    BOOST_TEST(limit(R"("sub":"bob","tier":"premium")") == "200");
    BOOST_TEST(limit(R"("sub":"carol")") == "10");
    const Message unknown = gateway.client().get("/api", token(R"("sub":"dave","tier":"platinum")"));
    BOOST_TEST(unknown.status() == 500);
    BOOST_TEST(reason(unknown) == "tier_unknown");
}

BOOST_AUTO_TEST_CASE(o18_keys_are_made_listed_rotated_and_revoked_without_a_restart) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    on_each_database([&](const std::string& url) {
        ObservabilityGateway gateway{{{"SERVICE", service.address()}, {"DATABASE_URL", url}}};
        const auto status = [&](const std::string& key) { return gateway.client().get("/api", "X-API-Key: " + key + "\r\n").status(); };
        Message made;
        wait_until("its database is ready", [&] {
            made = ask_admin(gateway, "POST", "/keys", R"({"owner":"alice","tier":"premium"})");
            return made.status() == 201;
        });
        const std::string id = json(made)->getValue<std::string>("id"), first = json(made)->getValue<std::string>("secret");
        wait_until("the key is known", [&] { return status(first) == 200; });
        const auto listed = json(ask_admin(gateway, "GET", "/keys"))->getArray("keys");
        BOOST_TEST_REQUIRE(listed->size() == 1u);
        BOOST_TEST(listed->getObject(0)->getValue<std::string>("owner") == "alice");
        BOOST_TEST(!listed->getObject(0)->has("secret"));
        const Message rotated = ask_admin(gateway, "POST", "/keys/" + id + "/rotate", R"({"grace":"0s"})");
        BOOST_TEST_REQUIRE(rotated.status() == 200, rotated.body);
        const std::string second = json(rotated)->getValue<std::string>("secret");
        wait_until("the new one is known", [&] { return status(second) == 200; });
        wait_until("the old one is not", [&] { return status(first) == 401; });
        BOOST_TEST(ask_admin(gateway, "DELETE", "/keys/" + id).status() == 200);
        wait_until("it is revoked", [&] { return status(second) == 401; });
    });
}

BOOST_AUTO_TEST_SUITE_END()
