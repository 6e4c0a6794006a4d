// tests/compat/monitoring_services_test.cpp - services, retries and tokens of the monitoring gateway: rows S1 to S7 and
// S16.
#include "compat/monitoring.h"
#include "support/places.h"
#include "support/redis.h"
#include "support/scripted_upstream.h"
#include "support/upstream_process.h"

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace tollgate::test;

namespace {

constexpr const char* unhurried = "1000000";

// Fails so many requests, then answers; checks always pass.
ScriptedUpstream::Script failing(std::atomic<int>& failures) {
    return [&failures](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            if (request->target() == "/status" || failures.fetch_sub(1) <= 0)
                connection.answer(200, "well");
            else
                connection.answer(503, "not yet");
        }
    };
}
int asked(const ScriptedUpstream& upstream) {
    int count = 0;
    for (const auto& request : upstream.received()) count += request.target() != "/status";
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_monitoring_services)

BOOST_AUTO_TEST_CASE(s1_a_service_is_reached_by_its_name_with_every_method) {
    const UpstreamProcess service{{"--echo"}};
    const Monitoring monitoring{service.address(), {{"RATE_LIMIT", unhurried}}};
    for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
        RawClient client = monitoring.gateway.client();
        client.send(RawClient::head(method, "/api/service1/users/7", monitoring.token));
        const auto seen = object_in(client.answer().body);
        BOOST_TEST(seen->getValue<std::string>("method") == method);
        BOOST_TEST(seen->getValue<std::string>("target") == "/users/7");
    }
}

BOOST_AUTO_TEST_CASE(s2_an_unknown_service_is_404_and_named) {
    const Monitoring monitoring{free_address()};
    const Message answer = monitoring.get("/api/nothing/users");
    BOOST_TEST(told(answer) == "404 Unknown service: nothing");
    BOOST_TEST(answer.header("Content-Type").starts_with("text/plain"));
    BOOST_TEST(monitoring.get("/api/nothing/users", "").status() == 401);
    BOOST_TEST(told(monitoring.get("/elsewhere")) == "404 Not Found");
}

BOOST_AUTO_TEST_CASE(s3_query_headers_and_packed_bodies_pass_as_they_are) {
    const std::string packed{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00", 20};
    const ScriptedUpstream service{
        ScriptedUpstream::always(packed, "Content-Encoding: gzip\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-Kept: 2\r\n")};
    const Monitoring monitoring{service.address()};
    const Message answer =
        monitoring.get("/api/service1/users?a=1&b=2", monitoring.token + "X-Mine: 3\r\nAccept-Encoding: gzip\r\n");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.header("Content-Encoding") == "gzip");
    BOOST_TEST(answer.body == packed);
    BOOST_TEST(answer.header("X-Kept") == "2");
    BOOST_TEST(!answer.has("X-Hop"));
    for (const auto& request : service.received()) {
        if (request.target() == "/status") continue;
        BOOST_TEST(request.target() == "/users?a=1&b=2");
        BOOST_TEST(request.header("X-Mine") == "3");
        BOOST_TEST(request.header("Accept-Encoding") == "gzip");
        BOOST_TEST(request.header("Host") == "gate.test");
        BOOST_TEST(!request.has("Authorization"));  // the token is the gateway's
    }
    BOOST_TEST(asked(service) == 1);
}

BOOST_AUTO_TEST_CASE(s4_a_service_that_fails_twice_is_asked_three_times) {
    std::atomic<int> failures{2};
    const ScriptedUpstream service{failing(failures)};
    const Monitoring monitoring{service.address()};
    BOOST_TEST(told(monitoring.get("/api/service1/users")) == "200 well");
    BOOST_TEST(asked(service) == 3);
}

BOOST_AUTO_TEST_CASE(s4_after_three_attempts_the_service_s_own_answer_goes_on) {
    std::atomic<int> failures{100};
    const ScriptedUpstream service{failing(failures)};
    const Monitoring monitoring{service.address()};
    BOOST_TEST(told(monitoring.get("/api/service1/users")) == "503 not yet");
    BOOST_TEST(asked(service) == 3);
}

BOOST_AUTO_TEST_CASE(s4_a_post_is_not_sent_twice) {
    std::atomic<int> failures{100};
    const ScriptedUpstream service{failing(failures)};
    const Monitoring monitoring{service.address()};
    BOOST_TEST(told(monitoring.gateway.client().post("/api/service1/users", "x", monitoring.token)) == "503 not yet");
    BOOST_TEST(asked(service) == 1);
}

BOOST_AUTO_TEST_CASE(s4_where_nobody_answers_it_is_said_so) {
    const ScriptedUpstream resetting{ScriptedUpstream::Script{[](UpstreamConnection& connection) {
        const auto request = connection.read_request();
        if (request && request->target() == "/status") connection.answer(200, "well", "Connection: close\r\n");
    }}};
    const Monitoring monitoring{resetting.address()};
    BOOST_TEST(told(monitoring.get("/api/service1/users")) == "502 Service unavailable after retries");
    BOOST_TEST(asked(resetting) == 3);
    const Monitoring with_nobody{free_address(), {{"RATE_LIMIT", unhurried}}};
    wait_until("the service is known to be away",
               [&] { return told(with_nobody.get("/api/service1/users")) == "503 Service unavailable after retries"; });
}

BOOST_AUTO_TEST_CASE(s5_every_path_but_metrics_and_health_wants_a_token) {
    const UpstreamProcess service{{"--mock"}};
    const Monitoring monitoring{service.address()};
    for (const char* path : {"/api/service1/users", "/api/nothing/users", "/elsewhere", "/"}) {
        const Message missing = monitoring.get(path, "");
        BOOST_TEST(told(missing) == "401 Missing Authorization token", path);
        BOOST_TEST(missing.has("WWW-Authenticate"));
        BOOST_TEST(told(monitoring.get(path, "Authorization: Bearer whatever\r\n")) ==
                   "401 Unknown Authorization token");
    }
    BOOST_TEST(monitoring.get("/metrics", "").status() == 200);
    BOOST_TEST(monitoring.get("/health", "").status() == 200);
    BOOST_TEST(monitoring.get("/api/service1/users").status() == 200);
}

BOOST_AUTO_TEST_CASE(s5_tokens_that_are_in_use_come_along) {
    const UpstreamProcess service{{"--mock"}};
    const Monitoring monitoring{service.address()};
    std::ofstream{monitoring.folder / "tokens"} << "test345-of-the-old-dashboard me\n";
    const Finished imported = run({tollgate_program(), "keys", "import", (monitoring.folder / "tokens").string(),
                                   "--database", "sqlite:" + (monitoring.folder / "monitoring.db").string(),
                                   "--file", source_folder() + "/examples/compat/monitoring.lua"});
    BOOST_TEST(imported.code == 0, imported.err);
    wait_until("the gateway has heard of it", [&] {
        return monitoring.get("/api/service1/users", "Authorization: Bearer test345-of-the-old-dashboard\r\n")
                   .status() == 200;
    });
}

BOOST_AUTO_TEST_CASE(s6_of_two_hundred_requests_at_once_ten_pass) {
    const Redis redis;
    const UpstreamProcess service{{"--mock"}};
    const Monitoring monitoring{service.address(), {{"REDIS_URL", redis.url()}, {"REDIS_TIMEOUT", "30"}}};
    std::atomic<int> passed{0}, refused{0};
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 20; ++thread)
            threads.emplace_back([&] {
                RawClient client = monitoring.gateway.client();
                for (int i = 0; i < 10; ++i) {
                    const Message answer = client.get("/api/service1/users", monitoring.token);
                    if (answer.status() == 200)
                        ++passed;
                    else if (told(answer) == "429 Rate limit exceeded" && answer.has("Retry-After"))
                        ++refused;
                }
            });
    }
    BOOST_TEST(passed == 10);
    BOOST_TEST(refused == 190);
}

BOOST_AUTO_TEST_CASE(s7_a_token_s_holder_sees_what_is_left_of_it) {
    const Redis redis;
    const UpstreamProcess service{{"--mock"}};
    const Monitoring monitoring{service.address(), {{"REDIS_URL", redis.url()}, {"REDIS_TIMEOUT", "30"}}};
    for (int i = 0; i < 4; ++i) BOOST_TEST(monitoring.get("/api/service1/users").status() == 200);
    const auto limit_in = [](const Message& answer) {
        const auto limits = object_in(answer.body)->getArray("limits");
        for (unsigned i = 0; i < limits->size(); ++i)
            if (const auto limit = limits->getObject(i); limit->getValue<std::string>("name") == "tokens") return limit;
        throw std::runtime_error{"there is no limit of tokens in " + answer.body};
    };
    wait_until("the requests are remembered", [&] { return monitoring.get("/usage").status() == 200; });
    for (const auto& limit :
         {limit_in(monitoring.get("/usage")),
          limit_in(ask_operator(monitoring.gateway.admin(), "GET", "/keys/" + monitoring.id + "/usage"))}) {
        BOOST_TEST(limit->getValue<int>("most") == 10);
        BOOST_TEST(limit->getValue<int>("spent") == 4);
        BOOST_TEST(limit->getValue<int>("remaining") == 6);
    }
    BOOST_TEST(monitoring.get("/usage", "").status() == 401);
    BOOST_TEST(redis.ask({"KEYS", "ratelimit:tokens*"}).find("key-" + monitoring.id) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(s16_the_mock_service_has_users_and_a_status) {
    const UpstreamProcess service{{"--mock"}};
    const Monitoring monitoring{service.address()};
    BOOST_TEST(told(monitoring.get("/api/service1/users")) == R"(200 [{"id":1,"name":"Alice"},{"id":2,"name":"Bob"}])");
    BOOST_TEST(told(monitoring.gateway.client().post("/api/service1/users", "{}", monitoring.token)) ==
               R"(200 {"message":"User created"})");
    BOOST_TEST(told(monitoring.get("/api/service1/status")) == R"(200 {"status":"Mock service is healthy"})");
}

BOOST_AUTO_TEST_SUITE_END()
