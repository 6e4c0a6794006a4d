// tests/compat/rate_limited_cache_test.cpp - rate_limited.lua: copies of answers, each caller's his own, and changed keys.
#include "compat/rate_limited.h"
#include "support/background.h"
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <fstream>
#include <iterator>

using namespace tollgate::test;

namespace {

// Says what was asked for, and the how manieth request it was.
ScriptedUpstream::Script numbered() {
    return [number = std::make_shared<std::atomic<int>>(0)](UpstreamConnection& connection) {
        while (const auto request = connection.read_request())
            connection.answer(200, request->target() + ' ' + std::to_string(++*number));
    };
}

constexpr auto hash_of_user_1 = "79b0aa0042b3c05617c378046a6553ec2cd81e9995959a6012f9b497a18ec82b";

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_rate_limited_cache)

BOOST_AUTO_TEST_CASE(g12_each_key_has_its_own_copies_and_the_query_counts) {
    const ScriptedUpstream service{numbered()};
    RateLimitedGateway gateway{rate_limited(service)};
    const auto ask = [&](const std::string& path, const std::string& key) { return gateway.client().get(path, with_key(key)); };
    BOOST_TEST(ask("/api?page=1", "enterprise_user").body == "/api?page=1 1");
    const Message hit = ask("/api?page=1", "enterprise_user");
    BOOST_TEST(hit.body == "/api?page=1 1");
    BOOST_TEST(hit.header("X-Cache") == "HIT");
    BOOST_TEST(hit.has("Age"));
    BOOST_TEST(ask("/api?page=2", "enterprise_user").body == "/api?page=2 2");
    BOOST_TEST(ask("/api?page=1", "premium_user").body == "/api?page=1 3");
    BOOST_TEST(gateway.client().post("/api?page=1", "", with_key("enterprise_user")).body == "/api?page=1 4");
    BOOST_TEST(ask("/api?page=1", "enterprise_user").body == "/api?page=1 5");  // what was there is old since that POST
}

BOOST_AUTO_TEST_CASE(g12_gateways_share_what_is_in_the_redis) {
    const Redis redis;
    const ScriptedUpstream service{numbered()};
    RateLimitedGateway one{rate_limited_by(redis, service)}, other{rate_limited_by(redis, service)};
    for (const auto* gateway : {&one, &other}) {
        int path = 0;
        const auto stored = [&] { return ask_admin(*gateway, "GET", "/metrics").body.find("what=\"stored\"} 1"); };
        wait_until("it puts copies there", [&] {
            gateway->client().get("/" + std::to_string(++path), with_key("enterprise_user"));
            return stored() != std::string::npos;
        });
    }
    const std::string body = one.client().get("/api", with_key("enterprise_user")).body;
    const int asked = service.requests();
    wait_until("the other has it from there", [&] {
        const std::string lines = with_key("enterprise_user") + "Cache-Control: only-if-cached\r\n";
        return other.client().get("/api", lines).body == body;
    });
    BOOST_TEST(other.client().get("/api", with_key("enterprise_user")).body == body);
    BOOST_TEST(service.requests() == asked);
}

BOOST_AUTO_TEST_CASE(g17_a_changed_file_is_taken_up_without_a_restart_and_a_broken_one_is_not) {
    const ScriptedUpstream service{numbered()};
    const TemporaryFolder folder;
    const auto write = [&](const std::string& text) {
        std::ofstream{folder / "keys.new"} << text;
        std::filesystem::rename(folder / "keys.new", folder / "keys");
    };
    write(std::string{hash_of_user_1} + " user_1 enterprise\n");
    RateLimitedGateway gateway{rate_limited(service, {{"KEYS", (folder / "keys").string()}})};

    std::atomic<bool> over{false};
    std::atomic<int> answered{0};
    Background load{[&] {
        auto client = gateway.client();
        while (!over) {
            const int status = client.get("/health").status();
            if (status != 200) throw std::runtime_error{"an answer " + std::to_string(status)};
            ++answered;
        }
    }};
    const auto tier = [&] { return gateway.client().get("/api", with_key("user_1")).header("X-Tier"); };
    BOOST_TEST(tier() == "enterprise");
    write(std::string{hash_of_user_1} + " user_1 basic\n");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(tier() == "basic");
    write("no hash at all\n");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    BOOST_TEST(tier() == "basic");
    const int before = answered;
    wait_until("requests go on", [&] { return answered > before; });
    over = true;
    load.wait();
}

BOOST_AUTO_TEST_CASE(g17_with_watch_it_sees_a_change_by_itself) {
    // What is to be edited is a copy.
    const TemporaryFolder folder;
    for (const char* name : {"rate_limited.lua", "rate_limited.keys"})
        std::filesystem::copy(source_folder() + "/examples/compat/" + std::string{name}, folder / name);
    GatewayProcess gateway{ShippedFile{folder / "rate_limited.lua"}, {"--watch"},
                           {"LISTEN=127.0.0.1:0", "REDIS_URL=redis://127.0.0.1:1"}};
    gateway.process().wait_for_line("serve: watching");
    std::ifstream in{folder / "rate_limited.lua"};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    const auto write = [&] {
        std::ofstream{folder / "new"} << text;
        std::filesystem::rename(folder / "new", folder / "rate_limited.lua");
    };
    const auto welcome = [&] { return gateway.client().get("/").body; };
    BOOST_TEST(welcome() == R"({"message":"Welcome to the Rate Limited API Gateway"})");
    const std::string before = text;
    text.replace(text.find("Welcome to the"), 7, "Hello");
    write();
    wait_until("the change is in force", [&] { return welcome().find("Hello to the") != std::string::npos; });
    text += "route \"GET /\" { answer = }\n";
    write();
    gateway.process().wait_for_line("reload refused");
    BOOST_TEST(welcome().find("Hello to the") != std::string::npos);
    text = before;
    write();
    wait_until("the file of before is in force", [&] { return welcome().find("Welcome") != std::string::npos; });
}

BOOST_AUTO_TEST_SUITE_END()
