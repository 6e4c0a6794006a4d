// tests/scenarios/quotas_kept_test.cpp - quotas survive a stop, a crash and a database that is away; gateways add up.
#include "scenarios/key_requests.h"

#include "support/deadline.h"

#include "store/count_table.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

using namespace tollgate;
using namespace tollgate::test;

namespace {

const std::string ten = "quota = 10 / month";

std::string routes(const std::string& url, const std::string& limit = ten) {
    return (url.empty() ? "" : "database \"" + url + "\"\n") +
           "route \"GET /**\" { answer = \"ok\\n\", plugins = ratelimit { by = header \"X-Who\", " + limit + " } }\n";
}

std::string who(const std::string& name) { return "X-Who: " + name + "\r\n"; }

// How many of `times` are let in.
int spend(const GatewayProcess& gateway, int times, const std::string& name = "alice") {
    auto client = gateway.client();
    int admitted = 0;
    for (int i = 0; i < times; ++i) admitted += client.get("/", who(name)).status() == 200;
    return admitted;
}

// What the database holds of all callers, in requests; -1: nothing can be read.
std::int64_t written(const std::string& url) {
    std::string problem;
    store::Database database{*store::DatabaseUrl::parse(url, "/", problem)};
    try {
        std::int64_t sum = 0;
        for (const Kept& kept : store::CountTable{database}.load({"ratelimit", "header \"X-Who\" #1 quota"}, 0))
            sum += kept.amount;
        return sum / 1000;
    } catch (const store::StoreError&) {
        return -1;
    }
}

// A gateway waits two seconds for what was kept, and what it counts before it knows that is not kept. So a caller of
// whom nobody else speaks asks until the ten that he may have are written down.
void wait_until_kept(const GatewayProcess& gateway, const std::string& url, const std::string& name = "nobody") {
    const std::int64_t before = std::max<std::int64_t>(written(url), 0);
    wait_until("what is counted is kept", [&] {
        spend(gateway, 11, name);
        return written(url) == before + 10;
    });
}

// After a start: what was kept is known again.
void wait_until_known(const GatewayProcess& gateway, int spent, const std::string& name = "alice") {
    wait_until("what " + name + " has spent is known", [&] {
        return ask_admin(gateway, "GET", "/plugins/ratelimit/limits?key=" + name).body.find(
                   "\"spent\":" + std::to_string(spent) + ',') != std::string::npos;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_quotas_kept)

BOOST_AUTO_TEST_CASE(a_clean_stop_loses_nothing) {
    on_each_database([](const std::string& url) {
        {
            GatewayProcess gateway{routes(url)};
            wait_until_kept(gateway, url);
            BOOST_TEST(spend(gateway, 7) == 7);
            BOOST_TEST(spend(gateway, 12, "bob") == 10);
            BOOST_TEST(gateway.stop() == 0);
        }
        BOOST_TEST(written(url) == 10 + 17);
        GatewayProcess gateway{routes(url)};
        wait_until_known(gateway, 7);
        BOOST_TEST(spend(gateway, 10) == 3);
        BOOST_TEST(spend(gateway, 1, "bob") == 0);
        BOOST_TEST(spend(gateway, 1, "carol") == 1);
    });
}

BOOST_AUTO_TEST_CASE(a_crash_loses_what_was_not_written_yet) {
    on_each_database([](const std::string& url) {
        {
            GatewayProcess gateway{routes(url)};
            wait_until_kept(gateway, url);
            BOOST_TEST(spend(gateway, 7) == 7);
            wait_until("it is written", [&] { return written(url) == 10 + 7; });
            gateway.process().signal(SIGKILL);
            gateway.process().wait();
        }
        GatewayProcess gateway{routes(url)};
        wait_until_known(gateway, 7);
        BOOST_TEST(spend(gateway, 10) == 3);
    });
}

BOOST_AUTO_TEST_CASE(gateways_of_one_database_add_up) {
    on_each_database([](const std::string& url) {
        {
            GatewayProcess one{routes(url)}, two{routes(url)};
            wait_until_kept(one, url, "nobody");
            wait_until_kept(two, url, "somebody");
            BOOST_TEST(spend(one, 4) == 4);
            BOOST_TEST(spend(two, 5) == 5);
            BOOST_TEST(one.stop() == 0);
            BOOST_TEST(two.stop() == 0);
        }
        BOOST_TEST(written(url) == 20 + 9);
        GatewayProcess gateway{routes(url)};
        wait_until_known(gateway, 9);
        BOOST_TEST(spend(gateway, 10) == 1);
    });
}

BOOST_AUTO_TEST_CASE(a_changed_quota_keeps_its_counts_through_reload_and_restart) {
    on_each_database([](const std::string& url) {
        {
            GatewayProcess gateway{routes(url)};
            wait_until_kept(gateway, url);
            BOOST_TEST(spend(gateway, 7) == 7);
            gateway.write_routes(routes(url, "quota = 8 / month"));
            BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
            wait_until_known(gateway, 7);
            BOOST_TEST(spend(gateway, 10) == 1);
            BOOST_TEST(gateway.stop() == 0);
        }
        GatewayProcess gateway{routes(url, "quota = 20 / month")};
        wait_until_known(gateway, 8);
        BOOST_TEST(spend(gateway, 20) == 12);
    });
}

BOOST_AUTO_TEST_CASE(quotas_of_tiers_are_kept_too) {
    const TemporaryFolder folder;
    const std::string text = "database \"sqlite:" + (folder / "keys.db").string() + R"("
tier "gold" { rate = 1000 / second, burst = 1000, quota = 10 / month }
route "GET /**" { answer = "ok\n", plugins = { auth { key = header "X-API-Key", file = "keys" }, ratelimit {} } }
)";
    const std::vector<std::pair<std::string, std::string>> files{
        {"keys", "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice gold\n"}};
    const auto admitted = [](const GatewayProcess& gateway) {
        auto client = gateway.client();
        int count = 0;
        for (int i = 0; i < 7; ++i) count += client.get("/", "X-API-Key: gold-key\r\n").status() == 200;
        return count;
    };
    {
        GatewayProcess gateway{text, {}, files};
        BOOST_TEST(admitted(gateway) == 7);
        BOOST_TEST(gateway.stop() == 0);
    }
    BOOST_TEST(admitted(GatewayProcess{text, {}, files}) == 3);
}

BOOST_AUTO_TEST_CASE(without_a_word_it_is_a_file_beside_routes_lua_and_only_where_a_quota_is_kept) {
    const auto makes_file = [](const std::string& limit) {
        GatewayProcess gateway{routes({}, limit)};
        BOOST_TEST(spend(gateway, 3) == 3);
        BOOST_TEST(gateway.stop() == 0);
        return std::filesystem::exists(gateway.folder() / "tollgate.db");
    };
    BOOST_TEST(makes_file(ten));
    BOOST_TEST(!makes_file(ten + ", keep = false"));
    BOOST_TEST(!makes_file("rate = 10 / second"));
    BOOST_TEST(!makes_file("default_rate = 10 / second"));  // and no tier that has a quota
}

BOOST_AUTO_TEST_CASE(checks_and_explanations_keep_nothing) {
    const TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << routes({});
    const std::string file = (folder / "routes.lua").string();
    BOOST_TEST(run({tollgate_program(), "check", file}).code == 0);
    const Finished explained = run({"env", "-C", folder.path().string(), tollgate_program(), "explain", "GET", "/"});
    BOOST_TEST(explained.out.find("9 of 10 left") != std::string::npos, explained.out + explained.err);
    BOOST_TEST(!std::filesystem::exists(folder / "tollgate.db"));
}

BOOST_AUTO_TEST_CASE(a_database_that_is_away_stops_nobody_and_hears_of_it_later) {
    Postgres server;
    const std::string url = server.url();
    {
        GatewayProcess gateway{routes(url)};
        wait_until_kept(gateway, url);
        BOOST_TEST(spend(gateway, 3) == 3);
        wait_until("it is written", [&] { return written(url) == 10 + 3; });
        server.kill();
        BOOST_TEST(spend(gateway, 4) == 4);
        gateway.process().wait_for_line("counting goes on in memory");
        server.start();
        wait_until("the rest is written", [&] { return written(url) == 10 + 7; });
        BOOST_TEST(spend(gateway, 10) == 3);
        BOOST_TEST(gateway.stop() == 0);
    }
    BOOST_TEST(written(url) == 10 + 10);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_starts_before_its_database_learns_what_was_kept) {
    Postgres server;
    const std::string url = server.url();
    {
        GatewayProcess gateway{routes(url)};
        wait_until_kept(gateway, url);
        BOOST_TEST(spend(gateway, 10) == 10);
        BOOST_TEST(gateway.stop() == 0);
    }
    server.kill();
    const GatewayProcess gateway{routes(url)};
    BOOST_TEST(spend(gateway, 1, "bob") == 1);
    server.start();
    wait_until("what alice has spent is known", [&] { return spend(gateway, 1) == 0; });
}

BOOST_AUTO_TEST_SUITE_END()
