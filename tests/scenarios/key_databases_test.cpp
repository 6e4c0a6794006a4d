// tests/scenarios/key_databases_test.cpp - databases of keys that are shared, stop, come late, change, do not fit.
#include "scenarios/key_requests.h"

#include "support/deadline.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::test;

BOOST_AUTO_TEST_SUITE(scenarios_key_databases)

BOOST_AUTO_TEST_CASE(a_key_made_at_one_gateway_works_at_the_other) {
    on_each_database([](const std::string& url) {
        const GatewayProcess one{with_database(url)}, two{with_database(url)};
        wait_until("both are ready", [&] {
            return ask_admin(one, "GET", "/ready").status() == 200 && ask_admin(two, "GET", "/ready").status() == 200 &&
                   status_with(one, "made-up-key") == 401 && status_with(two, "made-up-key") == 401;
        });
        const auto made = json(ask_admin(one, "POST", "/keys", R"({"owner":"alice"})"));
        const auto begin = std::chrono::steady_clock::now();
        const auto secret = made->getValue<std::string>("secret");
        wait_for(two, secret, 200);
        const auto after = std::chrono::steady_clock::now() - begin;
        std::printf("%.10s: a key works at the other gateway after %.0f ms\n", url.c_str(),
                    std::chrono::duration<double, std::milli>(after).count());
        wait_for(one, secret, 200);
        ask_admin(two, "DELETE", "/keys/" + made->getValue<std::string>("id"));
        wait_for(one, secret, 401);
    });
}

BOOST_AUTO_TEST_CASE(a_tier_that_is_gone_is_told_of) {
    on_each_database([](const std::string& url) {
        GatewayProcess gateway{with_database(url)};
        const auto secret = json(ask_admin(gateway, "POST", "/keys", R"({"owner":"alice","tier":"gold"})"))->getValue<std::string>("secret");
        wait_for(gateway, secret, 200);
        const auto check = [&] {
            return run({tollgate_program(), "check", "--database", (gateway.folder() / "routes.lua").string()});
        };
        const auto good = check();
        BOOST_TEST(good.code == 0, good.err);
        BOOST_TEST(good.out.find(": answers, the schema is at step 4 of 4\n") != std::string::npos, good.out);
        std::string without = with_database(url);
        const auto begin = without.find("tier \"gold\"");
        without.erase(begin, without.find('\n', begin) - begin);
        gateway.write_routes(without);
        BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
        auto client = gateway.client();
        const auto answer = client.get("/orders", "Authorization: Bearer " + secret + "\r\n");
        BOOST_TEST(answer.status() == 500);
        BOOST_TEST(json(answer)->getValue<std::string>("error") == "tier_unknown");
        gateway.process().wait_for_line("tier \"gold\" of");
        const auto bad = check();
        BOOST_TEST(bad.code == 1);
        BOOST_TEST(bad.err.find(": 1 key of the tier \"gold\", which routes.lua does not declare: " + secret.substr(3, 16) + "\n") !=
                   std::string::npos, bad.err);
    });
}

BOOST_AUTO_TEST_CASE(a_check_of_a_database_that_is_away_fails_and_of_none_yet_makes_none) {
    const TemporaryFolder folder;
    const auto check = [&](const std::string& url) {
        std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << with_database(url);
        return run({tollgate_program(), "check", "--database", (folder / "routes.lua").string()});
    };
    const auto away = check("postgresql://me:hidden@127.0.0.1:1/d");
    BOOST_TEST(away.code == 1);
    BOOST_TEST(away.err.find("hidden") == std::string::npos);
    const auto none = check("sqlite:" + (folder / "none.db").string());
    BOOST_TEST(none.code == 0);
    BOOST_TEST(!std::filesystem::exists(folder / "none.db"));
}

BOOST_AUTO_TEST_CASE(who_asks_for_the_schemas_step_makes_no_database) {
    const TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << with_database("sqlite:none.db");
    const auto migrate = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {tollgate_program(), "migrate", "--file", (folder / "routes.lua").string()});
        return run(words);
    };
    const auto none = migrate({"--status"});
    BOOST_TEST(none.code == 1);
    BOOST_TEST(none.out == "1  keys  pending\n2  counts  pending\n3  requests  pending\n4  request_indexes  pending\n");
    BOOST_TEST(!std::filesystem::exists(folder / "none.db"));
    BOOST_TEST(migrate({}).code == 0);
    BOOST_TEST(migrate({"--status"}).code == 0);
}

// Its connections live on: nothing but time tells that nobody is there.
BOOST_AUTO_TEST_CASE(a_database_that_hangs_holds_up_no_operator) {
    Postgres server;
    const GatewayProcess gateway{with_database(server.url())};
    wait_until("it is ready", [&] { return ask_admin(gateway, "GET", "/ready").status() == 200; });
    const auto used = json(ask_admin(gateway, "POST", "/keys", R"({"owner":"alice"})"))->getValue<std::string>("secret");
    wait_for(gateway, used, 200);
    server.hang();
    const auto answer = ask_admin(gateway, "GET", "/keys");
    BOOST_TEST(answer.status() == 503);
    BOOST_TEST(answer.body.find(" answer") != std::string::npos, answer.body);  // not in time, or nobody
    auto client = gateway.client();
    client.send("POST /register HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\n{\"owner\":\"bob\"}");
    BOOST_TEST(client.answer().status() == 503);
    BOOST_TEST(ask_admin(gateway, "POST", "/keys", R"({"owner":"carol"})").status() == 503);
    BOOST_TEST(status_with(gateway, used) == 200);
    server.go_on();
    wait_until("it is ready", [&] { return ask_admin(gateway, "GET", "/ready").status() == 200; });
    wait_until("there are answers", [&] { return ask_admin(gateway, "GET", "/keys").status() == 200; });
}

BOOST_AUTO_TEST_CASE(stopping_the_database_under_load_harms_no_known_key) {
    Postgres server;
    const GatewayProcess gateway{with_database(server.url())};
    wait_until("it is ready", [&] { return ask_admin(gateway, "GET", "/ready").status() == 200; });
    std::vector<std::string> secrets;
    for (int i = 0; i < 4; ++i) {
        secrets.push_back(json(ask_admin(gateway, "POST", "/keys", R"({"owner":"alice"})"))->getValue<std::string>("secret"));
        wait_for(gateway, secrets.back(), 200);
    }
    std::atomic<bool> going_on{true};
    std::atomic<long> good{0}, bad{0};
    std::vector<std::thread> clients;
    for (const auto& secret : secrets)
        clients.emplace_back([&, secret] {
            auto client = gateway.client();
            while (going_on) ++(client.get("/orders", "Authorization: Bearer " + secret + "\r\n").status() == 200 ? good : bad);
        });
    const auto more = [&] {
        const long before = good;
        wait_until("requests are served", [&] { return good > before + 100; });
    };
    for (int times = 0; times < 2; ++times) {
        more();
        server.kill();
        wait_until("/ready says so", [&] { return ask_admin(gateway, "GET", "/ready").status() == 503; });
        more();
        BOOST_TEST(status_with(gateway, "made-up-key") == 503);
        server.start();
        wait_until("it is ready", [&] { return ask_admin(gateway, "GET", "/ready").status() == 200; });
        wait_for(gateway, "made-up-key", 401);
    }
    going_on = false;
    for (auto& client : clients) client.join();
    BOOST_TEST(bad == 0);
}

BOOST_AUTO_TEST_CASE(a_database_that_stops_harms_no_known_key) {
    Postgres server;
    const GatewayProcess gateway{with_database(server.url())};
    const auto used = json(ask_admin(gateway, "POST", "/keys", R"({"owner":"alice"})"))->getValue<std::string>("secret");
    const auto unused = json(ask_admin(gateway, "POST", "/keys", R"({"owner":"bob"})"))->getValue<std::string>("secret");
    wait_for(gateway, used, 200);
    server.kill();
    wait_until("/ready says so", [&] { return ask_admin(gateway, "GET", "/ready").status() == 503; });
    BOOST_TEST(status_with(gateway, used) == 200);
    auto client = gateway.client();
    const auto refused = client.get("/orders", "Authorization: Bearer " + unused + "\r\n");
    BOOST_TEST(refused.status() == 503);
    BOOST_TEST(refused.body.find("keys_unavailable") != std::string::npos);
    BOOST_TEST(refused.header("Retry-After") == "1");
    BOOST_TEST(status_with(gateway, "made-up-key") == 503);
    BOOST_TEST(gateway.client().get("/free").status() == 200);
    BOOST_TEST(ask_admin(gateway, "GET", "/keys").status() == 503);
    server.start();
    wait_for(gateway, unused, 200);
    wait_for(gateway, "made-up-key", 401);
    wait_until("it is ready", [&] { return ask_admin(gateway, "GET", "/ready").status() == 200; });
    BOOST_TEST(status_with(gateway, used) == 200);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_starts_before_its_database_serves_once_it_is_there) {
    Postgres server;
    const auto url = server.url();
    server.kill();
    const GatewayProcess gateway{with_database(url)};
    BOOST_TEST(gateway.client().get("/free").status() == 200);
    BOOST_TEST(status_with(gateway, "made-up-key") == 503);
    BOOST_TEST(ask_admin(gateway, "GET", "/ready").status() == 503);
    server.start();
    wait_for(gateway, "made-up-key", 401);
}

BOOST_AUTO_TEST_CASE(a_reload_goes_over_to_another_database) {
    const TemporaryFolder folder;
    const std::string one = "sqlite:" + (folder / "one.db").string(), two = "sqlite:" + (folder / "two.db").string();
    GatewayProcess gateway{with_database(one)};
    const auto secret = json(ask_admin(gateway, "POST", "/keys", R"({"owner":"alice"})"))->getValue<std::string>("secret");
    wait_for(gateway, secret, 200);
    gateway.write_routes(with_database(two));
    BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
    wait_for(gateway, secret, 401);
    gateway.write_routes(with_database(one));
    gateway.reload();
    wait_for(gateway, secret, 200);
    BOOST_TEST(gateway.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
