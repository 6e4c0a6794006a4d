// tests/compat/rate_limited_answers_test.cpp - rate_limited.lua: what it answers by itself, who is let in, what is written down.
#include "compat/rate_limited.h"
#include "support/places.h"
#include "support/redis.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <optional>

using namespace tollgate::test;

BOOST_AUTO_TEST_SUITE(compat_rate_limited_answers)

BOOST_AUTO_TEST_CASE(g1_a_visitor_is_welcomed) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    RateLimitedGateway gateway{rate_limited(service)};
    const Message answer = gateway.client().get("/");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.header("Content-Type") == "application/json");
    BOOST_TEST(answer.body == R"({"message":"Welcome to the Rate Limited API Gateway"})");
}

BOOST_AUTO_TEST_CASE(g2_health_is_for_everybody_and_ready_knows_of_the_database) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    RateLimitedGateway gateway{rate_limited(service)};
    const Message health = gateway.client().get("/health");
    BOOST_TEST(health.status() == 200);
    BOOST_TEST(health.body == R"({"status":"ok","service":"api-gateway"})");
    const Message ready = gateway.client().get("/ready");
    BOOST_TEST(ready.status() == 200);
    BOOST_TEST(json(ready)->getValue<bool>("ready"));

    CompatGateway without{"rate_limited.lua",
                          rate_limited(service, {{"DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"}})};
    wait_until("it says that its database is away", [&] { return without.client().get("/ready").status() == 503; });
    BOOST_TEST(without.client().get("/health").status() == 200);
}

BOOST_AUTO_TEST_CASE(g3_every_method_and_path_goes_to_the_service_as_it_came) {
    ScriptedUpstream service{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) connection.answer(200, request->body);
    }};
    RateLimitedGateway gateway{rate_limited(service)};
    auto client = gateway.client();
    for (const std::string method : {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
        client.send(RawClient::head(method, "/api/v1/test?of=" + method, with_key("enterprise_user") + "Content-Length: 4\r\n") +
                    "body");
        const Message answer = client.answer();
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(answer.body == "body");
        const Message seen = service.last();
        BOOST_TEST(seen.method() == method);
        BOOST_TEST(seen.target() == "/api/v1/test?of=" + method);
        BOOST_TEST(!seen.has("X-API-Key"));  // the service need not know it
        BOOST_TEST(answer.header("X-Tier") == "enterprise");
        BOOST_TEST(answer.has("X-RateLimit-Remaining"));
    }
    BOOST_TEST(client.get("/", with_key("enterprise_user")).body != "");  // its own, whoever asks
    BOOST_TEST(client.get("/api", with_key("enterprise_user")).header("X-Cache") == "MISS");
}

BOOST_AUTO_TEST_CASE(g3_the_envelope_of_old_is_around_what_the_service_says) {
    ScriptedUpstream service{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request())
            connection.answer(200, "{\"path\":\"" + request->target() + "\"}", "Content-Type: application/json\r\n");
    }};
    RateLimitedGateway gateway{rate_limited(service, {{"ENVELOPE", "1"}})};
    auto client = gateway.client();
    const Message missed = client.get("/api/v1/test", with_key("premium_user"));
    BOOST_TEST(missed.header("Content-Type") == "application/json");
    BOOST_TEST(missed.body == R"({"data":{"path":"/api/v1/test"},"rate_limit_remaining":9,"source":"upstream"})");
    wait_until("the answer is kept", [&] {
        return client.get("/api/v1/test", with_key("enterprise_user")).body.find(R"("source":"cache")") != std::string::npos;
    });
    BOOST_TEST(json(client.get("/api/v1/test", with_key("enterprise_user")))->getObject("data")->getValue<std::string>("path") ==
               "/api/v1/test");
}

BOOST_AUTO_TEST_CASE(g4_without_a_key_it_is_401_in_the_words_of_old) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    RateLimitedGateway gateway{rate_limited(service)};
    const Message answer = gateway.client().get("/api/v1/test");
    BOOST_TEST(answer.status() == 401);
    BOOST_TEST(answer.header("Content-Type") == "application/json");
    BOOST_TEST(answer.body == detail("Missing X-API-Key header"));
    BOOST_TEST(service.requests() == 0);
}

BOOST_AUTO_TEST_CASE(g5_a_made_up_key_is_401_and_known_ones_are_in_a_file_or_a_database) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    {
        RateLimitedGateway gateway{rate_limited(service)};
        const Message refused = gateway.client().get("/api/v1/test", with_key("made_up_premium"));
        BOOST_TEST(refused.status() == 401);
        BOOST_TEST(refused.body == detail("Invalid API key"));
        BOOST_TEST(service.requests() == 0);
        BOOST_TEST(gateway.client().get("/api/v1/test", with_key("premium_user")).status() == 200);
    }
    on_each_database([&](const std::string& url) {
        const Finished made = run({tollgate_program(), "keys", "create", "--owner", "alice", "--tier", "premium", "--file",
                                   rate_limited_file},
                                  {"DATABASE_URL=" + url});
        BOOST_TEST_REQUIRE(made.code == 0, made.err);
        RateLimitedGateway gateway{rate_limited(service, {{"DATABASE_URL", url}})};
        const Message answer = gateway.client().get("/api/v1/test", with_key(line_of(made.out)));
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(answer.header("X-Tier") == "premium");
        BOOST_TEST(gateway.client().get("/api/v1/test", with_key("premium_user")).status() == 401);
    });
    // Where the environment has a database anyway, as in compose.
    const TemporaryFolder folder;
    const std::string url = "sqlite:" + (folder / "keys.db").string();
    const std::string shipped = source_folder() + "/examples/compat/rate_limited.keys";
    CompatGateway gateway{"rate_limited.lua", rate_limited(service, {{"DATABASE_URL", url}, {"KEYS", shipped}})};
    BOOST_TEST(gateway.client().get("/api/v1/test", with_key("premium_user")).status() == 200);
}

BOOST_AUTO_TEST_CASE(g15_each_request_is_a_line_of_json_by_the_names_of_old) {
    std::optional<ScriptedUpstream> service{ScriptedUpstream::always("service")};
    RateLimitedGateway gateway{rate_limited(*service)};
    auto client = gateway.client();
    client.get("/api/%22v1%22", with_key("premium_user") + "User-Agent: a \"browser\"\r\n");
    gateway.log_lines(1);
    service.reset();
    BOOST_TEST(gateway.client().post("/api/v2", "body", with_key("premium_user")).status() == 502);

    const auto lines = gateway.log_lines(2);
    const auto of = [&](std::size_t line) { return Poco::JSON::Parser{}.parse(lines.at(line)).extract<Object::Ptr>(); };
    const auto first = of(0), second = of(1);
    for (const char* name : {"timestamp", "level", "message", "module", "function", "method", "path", "status_code", "duration_ms",
                             "client_ip", "user_agent"})
        BOOST_TEST(first->has(name), name);
    BOOST_TEST(first->getValue<std::string>("method") == "GET");
    BOOST_TEST(first->getValue<std::string>("path") == "/api/%22v1%22");
    BOOST_TEST(first->getValue<int>("status_code") == 200);
    BOOST_TEST(first->getValue<double>("duration_ms") > 0);
    BOOST_TEST(first->getValue<std::string>("client_ip") == "127.0.0.1");
    BOOST_TEST(first->getValue<std::string>("user_agent") == "a \"browser\"");
    BOOST_TEST(first->getValue<std::string>("exception") == "");
    BOOST_TEST(second->getValue<int>("status_code") == 502);
    BOOST_TEST(second->getValue<std::string>("exception").find("refused") != std::string::npos, lines.at(1));
}

BOOST_AUTO_TEST_CASE(g16_the_variables_of_old_say_the_same) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    const Redis redis;
    const TemporaryFolder folder;
    std::ofstream{folder / "keys"} << "79b0aa0042b3c05617c378046a6553ec2cd81e9995959a6012f9b497a18ec82b user_1 -\n";
    RateLimitedGateway gateway{rate_limited_by(redis, service,
                                          {{"APP_NAME", "Our Gateway"}, {"DEBUG", "True"}, {"DEFAULT_RATE_LIMIT_RPM", "30"},
                                           {"DEFAULT_BURST_SIZE", "20"}, {"CACHE_TTL_SECONDS", "1"},
                                           {"KEYS", (folder / "keys").string()}})};
    auto client = gateway.client();
    BOOST_TEST(json(client.get("/openapi.json"))->getObject("info")->getValue<std::string>("title") == "Our Gateway");
    const Message answer = client.get("/api", with_key("user_1"));  // of no tier
    BOOST_TEST(answer.header("X-RateLimit-Limit") == "20");
    BOOST_TEST(answer.header("RateLimit-Policy") == R"("keys";q=20;w=40)");
    // It is gone when its bucket is full again, after two seconds.
    wait_until("its bucket is in the Redis", [&] {
        client.get("/api", with_key("user_1"));
        return redis.ask({"EXISTS", "rate_limit:keys:key-79b0aa0042b3"}) == "1";
    });
    BOOST_TEST(gateway.process().stderr_text().find("DEBUG") == std::string::npos);  // it is understood
    const std::string config = ask_admin(gateway, "GET", "/config").body;
    for (const char* name : {"REDIS_URL", "APP_NAME", "DEFAULT_RATE_LIMIT_RPM", "DEFAULT_BURST_SIZE", "CACHE_TTL_SECONDS"})
        BOOST_TEST(config.find(name) != std::string::npos, name);
    // Whatever is fetched is old in a second: a copy cannot be the answer for longer.
    const int fetched = service.requests();
    wait_until("a copy is old", [&] {
        client.get("/api", with_key("user_1"));
        return service.requests() > fetched;
    });
}

BOOST_AUTO_TEST_CASE(g20_it_describes_itself_by_its_name) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    RateLimitedGateway gateway{rate_limited(service)};
    auto client = gateway.client();
    const auto description = json(client.get("/openapi.json"));
    BOOST_TEST(description->getObject("info")->getValue<std::string>("title") == "Rate Limited API Gateway");
    const auto paths = description->getObject("paths");
    for (const char* path : {"/", "/health", "/{path}"}) BOOST_TEST(paths->has(path), path);
    for (const char* method : {"get", "post", "put", "delete", "patch"})
        BOOST_TEST(paths->getObject("/{path}")->has(method), method);
    const Message page = client.get("/docs");
    BOOST_TEST(page.header("Content-Type") == "text/html; charset=utf-8");
    BOOST_TEST(page.body.find("<title>Rate Limited API Gateway</title>") != std::string::npos);
    BOOST_TEST(page.body.find("/openapi.json") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
