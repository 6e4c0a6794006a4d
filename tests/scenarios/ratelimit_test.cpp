// tests/scenarios/ratelimit_test.cpp - what the ratelimit plugin lets through, over real sockets: algorithms, several
// limits at once, requests under way, quotas, modes, and what clients are told.
#include "support/background.h"
#include "support/deadline.h"
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/scripted_upstream.h"

#include <tollgate/plugin.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// A gateway that answers by itself what these limits let pass.
std::string limited_by(const std::string& uses, const std::string& words = {}) {
    return words + "\nroute \"GET /**\" { answer = \"ok\\n\", plugins = { " + uses + " } }\n";
}

double figure(const GatewayProcess& gateway, const std::string& name) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: " + gateway.admin() + "\r\nConnection: close\r\n\r\n");
    const std::string text = client.answer().body, series = "\ntollgate_ratelimit_" + name + " ";
    const auto at = text.find(series);
    BOOST_TEST_REQUIRE(at != text.npos, name << " in\n" << text);
    return std::stod(text.substr(at + series.size()));
}

int remaining(RawClient& client, const std::string& lines = {}) {
    return std::stoi(client.get("/", lines).header("X-RateLimit-Remaining"));
}

// 200 requests at once, over as many connections as there are threads.
int admitted_of_200(const GatewayProcess& gateway) {
    std::atomic<int> admitted{0};
    std::deque<Background> clients;
    for (int i = 0; i < 20; ++i)
        clients.emplace_back([&] {
            auto client = gateway.client();
            for (int k = 0; k < 10; ++k) client.send(RawClient::head("GET", "/"));  // pipelined
            for (int k = 0; k < 10; ++k) admitted += client.answer().status() == 200;
        });
    for (auto& client : clients) client.wait();
    return admitted;
}

// Holds what it is asked until it is told to go on.
struct Slow {
    Gate go_on;
    ScriptedUpstream upstream{[this](UpstreamConnection& connection) {
        while (connection.read_request()) {
            go_on.wait();
            connection.answer(200, "done");
        }
    }};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_ratelimit)

BOOST_AUTO_TEST_CASE(two_hundred_at_once_at_a_limit_of_ten_are_ten_by_every_algorithm) {
    for (const std::string limit :
         {"rate = 10 / hour", "rate = 10 / hour, algorithm = \"sliding_window\", align = \"first_use\"",
          "rate = 10 / hour, algorithm = \"sliding_log\"",
          "rate = 10 / hour, algorithm = \"fixed_window\", align = \"first_use\"", "quota = 10 / month",
          "limits = { { rate = 100 / hour }, { rate = 10 / hour }, { quota = 50 / month } }"}) {
        GatewayProcess gateway{limited_by("ratelimit { by = client_ip, " + limit + " }"), {"--loops", "4"}};
        BOOST_TEST(admitted_of_200(gateway) == 10, limit);
    }
}

BOOST_AUTO_TEST_CASE(a_fixed_window_from_first_use_ends_a_minute_later) {
    GatewayProcess gateway{limited_by(
        "ratelimit { by = client_ip, rate = 5 / minute, algorithm = \"fixed_window\", align = \"first_use\" }")};
    auto client = gateway.client();
    for (int i = 0; i < 5; ++i) BOOST_TEST(client.get("/").status() == 200);
    const Message refused = client.get("/");
    BOOST_TEST(refused.status() == 429);
    const int wait = std::stoi(refused.header("Retry-After"));
    BOOST_TEST(wait > 0);
    BOOST_TEST(wait <= 61);
}

BOOST_AUTO_TEST_CASE(who_waits_as_told_is_let_in_by_every_algorithm) {
    for (const std::string algorithm : {"token_bucket", "sliding_window", "sliding_log", "fixed_window"}) {
        GatewayProcess gateway{
            limited_by("ratelimit { by = client_ip, rate = 4 / (2 * seconds), algorithm = \"" + algorithm + "\" }")};
        auto client = gateway.client();
        Message answer = client.get("/");
        for (int i = 0; i < 60 && answer.status() == 200; ++i) answer = client.get("/");
        BOOST_TEST_REQUIRE(answer.status() == 429);
        std::this_thread::sleep_for(
            std::chrono::seconds{std::stoi(answer.header("Retry-After"))});  // the promise is about time
        BOOST_TEST(client.get("/").status() == 200, algorithm);
    }
}

BOOST_AUTO_TEST_CASE(who_is_refused_by_one_limit_counts_at_none) {
    GatewayProcess gateway{limited_by(R"(ratelimit { by = client_ip, rate = 10 / hour,
        limits = { { by = header "X-User", rate = 2 / hour, algorithm = "sliding_log" } } })")};
    auto client = gateway.client();
    for (int i = 0; i < 2; ++i) BOOST_TEST(client.get("/", "X-User: a\r\n").status() == 200);
    for (int i = 0; i < 20; ++i) BOOST_TEST(client.get("/", "X-User: a\r\n").status() == 429);

    const Message other = client.get("/", "X-User: b\r\n");
    BOOST_TEST(other.status() == 200);
    BOOST_TEST(other.header("RateLimit-Policy") == R"("client_ip #1";q=10;w=3600, "header \"X-User\" #1";q=2;w=3600)");
    BOOST_TEST(other.header("RateLimit").starts_with(R"("client_ip #1";r=7;t=)"), other.header("RateLimit"));
    BOOST_TEST(other.header("X-RateLimit-Limit") == "2");  // the tighter of the two
    BOOST_TEST(other.header("X-RateLimit-Remaining") == "1");
    BOOST_TEST(figure(gateway, "refused_total{limit=\"header \\\"X-User\\\" #1\"}") == 20);
    BOOST_TEST(figure(gateway, "refused_total{limit=\"client_ip #1\"}") == 0);
}

BOOST_AUTO_TEST_CASE(what_one_use_took_is_given_back_when_a_later_one_refuses) {
    GatewayProcess gateway{
        limited_by(R"(ratelimit { by = client_ip, rate = 10 / month, algorithm = "fixed_window", name = "first" },
        ratelimit { by = header "X-User", rate = 2 / hour, headers = false })")};
    auto client = gateway.client();
    for (int i = 0; i < 2; ++i) BOOST_TEST(client.get("/", "X-User: a\r\n").status() == 200);
    for (int i = 0; i < 20; ++i) BOOST_TEST(client.get("/", "X-User: a\r\n").status() == 429);

    // What is given back is given back when the request is over, which may be a moment after its answer.
    int asked = 0;
    wait_until("only those that passed are counted", [&] {
        ++asked;  // each by another user, who is let pass
        return remaining(client, "X-User: b" + std::to_string(asked) + "\r\n") == 8 - asked;
    });
}

BOOST_AUTO_TEST_CASE(whatever_a_later_use_refuses_for_costs_nothing) {
    GatewayProcess gateway{
        limited_by(R"(ratelimit { by = client_ip, rate = 100 / month, algorithm = "fixed_window", name = "first" },
        ratelimit { by = header "X-User", absent = "refuse", cost = header "X-Cost", rate = 1000 / hour, headers = false })")};
    auto client = gateway.client();
    for (int i = 0; i < 10; ++i) BOOST_TEST(client.get("/").status() == 400);
    for (const char* cost : {"", "abc", "-1", "nan", "inf"}) {
        const Message answer = client.get("/", "X-User: a\r\nX-Cost: " + std::string{cost} + "\r\n");
        BOOST_TEST(answer.status() == 400, cost);
        BOOST_TEST(answer.body.find("limit_cost_wrong") != std::string::npos, answer.body);
    }
    int asked = 0;
    wait_until("only those that passed are counted", [&] {
        ++asked;
        return remaining(client, "X-User: a\r\nX-Cost: 0\r\n") == 100 - asked;
    });
}

BOOST_AUTO_TEST_CASE(in_shadow_mode_a_client_is_not_refused_for_its_own_words_either) {
    GatewayProcess gateway{limited_by(
        R"(ratelimit { by = header "X-User", absent = "refuse", cost = header "X-Cost", rate = 10 / hour, mode = "shadow", name = "s" })")};
    BOOST_TEST(gateway.client().get("/").status() == 200);
    BOOST_TEST(gateway.client().get("/", "X-User: a\r\nX-Cost: abc\r\n").status() == 200);
    BOOST_TEST(figure(gateway, "shadow_refused_total{limit=\"s\"}") == 2);
    BOOST_TEST(figure(gateway, "refused_total{limit=\"s\"}") == 0);
}

BOOST_AUTO_TEST_CASE(a_request_under_way_is_one_whatever_it_costs) {
    GatewayProcess gateway{limited_by(R"(ratelimit { by = client_ip, concurrency = 3, cost = header "X-Cost" })")};
    BOOST_TEST(gateway.client().get("/", "X-Cost: 0\r\n").header("X-RateLimit-Remaining") == "2");
}

BOOST_AUTO_TEST_CASE(a_tier_that_says_less_than_one_in_a_window_gets_no_more) {
    for (const char* algorithm : {"sliding_window", "fixed_window", "sliding_log"}) {
        GatewayProcess gateway{"tier \"slow\" { rate = 0.5 / hour }\nroute \"GET /\" { answer = \"ok\", plugins = { "
                               "auth { method = \"ip\", allow_from = \"127.0.0.0/8\", tier = \"slow\" }, ratelimit { name = \"s\", algorithm = \"" +
                               std::string{algorithm} + "\" } } }\n"};
        BOOST_TEST(gateway.client().get("/").header("RateLimit-Policy") == "\"s\";q=1;w=7200", algorithm);
    }
}

BOOST_AUTO_TEST_CASE(behind_one_address_each_tier_has_a_counter_of_its_own) {
    GatewayProcess gateway{R"(
tier "free" { rate = 5 / hour, burst = 2 }
tier "gold" { rate = 1000 / second, burst = 1000 }
route "GET /" { answer = "ok", plugins = { auth { file = "keys" }, ratelimit { by = client_ip } } }
)",
                           {},
                           {{"keys", "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice gold\n"
                                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad bob free\n"}}};
    const auto status = [&](const std::string& key) { return gateway.client().get("/", "X-API-Key: " + key + "\r\n").status(); };
    for (int i = 0; i < 2; ++i) BOOST_TEST(status("abc") == 200);
    for (int i = 0; i < 20; ++i) {
        BOOST_TEST(status("gold-key") == 200);
        BOOST_TEST(status("abc") == 429);
    }
}

BOOST_AUTO_TEST_CASE(each_set_of_lines_can_be_switched_off) {
    const auto answer = [](const std::string& words) {
        GatewayProcess gateway{
            limited_by("ratelimit { by = client_ip, name = \"search\", rate = 1 / hour, " + words + " }")};
        auto client = gateway.client();
        client.get("/");
        return client.get("/");
    };
    const Message all = answer("headers = true"), classic = answer("headers = \"classic\""),
                  ietf = answer("headers = { \"ietf\" }"), none = answer("headers = false"),
                  silent = answer("headers = {}, retry_after = false");
    BOOST_TEST(all.header("RateLimit-Policy") == "\"search\";q=1;w=3600");
    BOOST_TEST(all.header("RateLimit").starts_with("\"search\";r=0;t=3"));
    BOOST_TEST(all.has("X-RateLimit-Limit"));
    BOOST_TEST(classic.has("X-RateLimit-Reset"));
    BOOST_TEST((!classic.has("RateLimit") && !classic.has("RateLimit-Policy")));
    BOOST_TEST((ietf.has("RateLimit") && ietf.has("RateLimit-Policy")));
    BOOST_TEST(!ietf.has("X-RateLimit-Limit"));
    BOOST_TEST((!none.has("RateLimit") && !none.has("X-RateLimit-Limit")));
    BOOST_TEST(none.has("Retry-After"));
    BOOST_TEST(silent.status() == 429);
    BOOST_TEST(!silent.has("Retry-After"));
}

BOOST_AUTO_TEST_CASE(so_many_are_under_way_and_who_leaves_makes_room) {
    Slow slow;
    GatewayProcess gateway{
        routes_to(slow.upstream.address(), "", "plugins = { ratelimit { by = client_ip, concurrency = 2 } }")};
    auto first = gateway.client();
    first.send(RawClient::head("GET", "/first"));
    {
        auto second = gateway.client();
        second.send(RawClient::head("GET", "/second"));
        wait_until("both are at the upstream", [&] { return slow.upstream.requests() == 2; });
        const Message refused = gateway.client().get("/third");
        BOOST_TEST(refused.status() == 429);
        BOOST_TEST(!refused.has("Retry-After"));  // nobody knows
        BOOST_TEST(refused.header("RateLimit-Policy") == "\"client_ip #1 concurrency\";q=2;qu=\"concurrent-requests\"");
        second.reset();
    }
    std::optional<RawClient> third;
    wait_until("there is room", [&] {
        third.emplace(gateway.address());
        third->send(RawClient::head("GET", "/third"));
        wait_until("it is decided", [&] { return slow.upstream.requests() == 3 || !third->silent_for(1ms); });
        return slow.upstream.requests() == 3;
    });
    slow.go_on.open();
    BOOST_TEST(first.answer().body == "done");
    wait_until("all have given their places back", [&] {
        auto client = gateway.client();
        return client.get("/").header("X-RateLimit-Remaining") == "1";
    });
}

BOOST_AUTO_TEST_CASE(a_tier_has_its_quota_beside_its_rate) {
    const std::string keys = "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice gold\n";
    GatewayProcess gateway{limited_by("auth { key = header \"X-API-Key\", file = \"keys\" }, ratelimit {}",
                                      "tier \"gold\" { rate = 1000 / second, burst = 1000, quota = 3 / month }"),
                           {},
                           {{"keys", keys}}};
    auto client = gateway.client();
    for (int i = 2; i >= 0; --i) BOOST_TEST(remaining(client, "X-API-Key: gold-key\r\n") == i);
    const Message refused = client.get("/", "X-API-Key: gold-key\r\n");
    BOOST_TEST(refused.status() == 429);

    const std::time_t back = std::time(nullptr) + std::stoll(refused.header("Retry-After"));
    std::tm then{};
    ::gmtime_r(&back, &then);
    BOOST_TEST(then.tm_mday == 1);
    BOOST_TEST(then.tm_hour == 0);
    BOOST_TEST(figure(gateway, "refused_total{limit=\"caller #1 quota\"}") == 1);
}

BOOST_AUTO_TEST_CASE(in_shadow_mode_nobody_is_refused_and_all_is_counted) {
    GatewayProcess gateway{limited_by("ratelimit { by = client_ip, rate = 3 / hour, mode = \"shadow\" }")};
    auto client = gateway.client();
    for (int i = 0; i < 10; ++i) {
        const Message answer = client.get("/");
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(!answer.has("X-RateLimit-Limit"));
    }
    BOOST_TEST(figure(gateway, "admitted_total{limit=\"client_ip #1\"}") == 3);
    BOOST_TEST(figure(gateway, "shadow_refused_total{limit=\"client_ip #1\"}") == 7);
    BOOST_TEST(figure(gateway, "refused_total{limit=\"client_ip #1\"}") == 0);
}

BOOST_AUTO_TEST_CASE(in_delay_mode_they_come_one_after_another_and_the_rest_is_refused) {
    GatewayProcess gateway{
        limited_by(
            "ratelimit { by = client_ip, rate = 5 / second, burst = 1, mode = \"delay\", longest_delay = 1 * second }"),
        {"--loops", "4"}};
    const auto began = std::chrono::steady_clock::now();
    std::deque<Background> clients;
    std::atomic<int> admitted{0}, refused{0};
    for (int i = 0; i < 12; ++i)
        clients.emplace_back([&] {
            auto client = gateway.client();
            const int status = client.get("/").status();
            ++(status == 200 ? admitted : refused);
        });
    for (auto& client : clients) client.wait();
    const auto took = std::chrono::steady_clock::now() - began;

    // One at once, and one each fifth of a second for as long as it took.
    BOOST_TEST(admitted >= 6);
    BOOST_TEST(admitted <= 1 + took / 200ms);
    BOOST_TEST(admitted + refused == 12);
    BOOST_TEST((took >= 999ms));
    // All but the first, and but for those that a slow machine brings when there is a token already.
    const double delayed = figure(gateway, "delayed_total{limit=\"client_ip #1\"}");
    BOOST_TEST(delayed >= 1);
    BOOST_TEST(delayed <= admitted - 1);
}

BOOST_AUTO_TEST_CASE(who_leaves_the_line_gives_his_place_to_the_next) {
    // There is room for one in the line: unless he leaves nobody can follow.
    GatewayProcess gateway{
        limited_by("ratelimit { by = client_ip, rate = 1 / (4 * minutes), burst = 1, mode = \"delay\", longest_delay = "
                   "5 * minutes }")};
    BOOST_TEST(gateway.client().get("/").status() == 200);
    const auto delayed = [&] { return figure(gateway, "delayed_total{limit=\"client_ip #1\"}"); };
    std::optional<RawClient> waits;
    for (int i = 1; i <= 5; ++i) {
        wait_until("there is room in the line", [&] {
            if (waits) waits->reset();  // who was in it leaves
            waits.emplace(gateway.address());
            waits->send(RawClient::head("GET", "/"));
            wait_until("it is decided", [&] { return delayed() >= i || !waits->silent_for(1ms); });
            return delayed() >= i;
        });
        BOOST_TEST(gateway.client().get("/").status() == 429);
    }
}

BOOST_AUTO_TEST_CASE(several_values_together_are_one_key) {
    GatewayProcess gateway{limited_by("ratelimit { by = { header \"X-User\", path }, rate = 5 / hour }")};
    auto client = gateway.client();
    const auto left = [&](const char* path, const std::string& user) {
        return client.get(path, "X-User: " + user + "\r\n").header("X-RateLimit-Remaining");
    };
    BOOST_TEST(left("/a", "alice") == "4");
    BOOST_TEST(left("/a", "alice") == "3");
    BOOST_TEST(left("/b", "alice") == "4");
    BOOST_TEST(left("/a", "bob") == "4");
}

// Every limit changes with every reload, while clients go on asking: nobody fails, and nobody is let in too often.
BOOST_AUTO_TEST_CASE(a_thousand_reloads_with_changing_limits_disturb_nobody) {
    const bool sanitized = std::string_view{TOLLGATE_SANITIZER} != "none";
    const int reloads = sanitized ? 50 : 1000;
    const auto routes = [](int i) {
        // More than any machine asks in the hour that its second limit counts.
        const std::string count = std::to_string(50'000'000 + i % 7), strict = std::to_string(10 + i % 3);
        const std::string algorithms[] = {"token_bucket", "sliding_window", "fixed_window"};
        return "route \"GET /strict\" { answer = \"ok\", plugins = { ratelimit { by = path, quota = " + strict +
               " / month } } }\nroute \"GET /**\" { answer = \"ok\", plugins = { ratelimit { by = client_ip, rate = " + count +
               " / minute, algorithm = \"" + algorithms[i % 3] + "\", limits = { { by = path, rate = " + count +
               " / hour, algorithm = \"sliding_window\" }, { concurrency = " + count + " } } } } }\n";
    };
    GatewayProcess gateway{routes(0), {"--loops", "2"}};
    std::atomic<bool> over{false};
    std::atomic<int> failed{0}, strict{0}, asked{0};
    std::deque<Background> clients;
    for (int k = 0; k < 3; ++k)
        clients.emplace_back([&] {
            auto client = gateway.client();
            while (!over) {
                failed += client.get("/").status() != 200;
                strict += client.get("/strict").status() == 200;
                ++asked;
            }
        });
    int refused_reloads = 0;
    for (int i = 1; i <= reloads; ++i) {
        gateway.write_routes(routes(i));
        refused_reloads += gateway.reload().find("reloaded") == std::string::npos;
    }
    over = true;
    for (auto& client : clients) client.wait();
    BOOST_TEST(refused_reloads == 0);
    BOOST_TEST(asked > 0);
    BOOST_TEST(failed == 0);
    BOOST_TEST(strict == 12);  // the highest it ever was
}

BOOST_AUTO_TEST_CASE(examples_of_the_readme_are_right) {
    std::ifstream in{source_folder() + "/plugins/ratelimit/README.md"};
    const std::string readme{std::istreambuf_iterator<char>{in}, {}}, fence = "```lua\n";
    std::size_t examples = 0;
    for (auto at = readme.find(fence); at != std::string::npos; at = readme.find(fence, at), ++examples) {
        at += fence.size();
        const TemporaryFolder folder;
        std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n"
                                             << readme.substr(at, readme.find("```", at) - at);
        std::ofstream{folder / "keys"} << std::string(64, 'a') + " alice free\n";
        const Finished checked = run({tollgate_program(), "check", (folder / "routes.lua").string()});
        BOOST_TEST(checked.code == 0, checked.out);
    }
    BOOST_TEST(examples == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
