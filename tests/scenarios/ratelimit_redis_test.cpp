// tests/scenarios/ratelimit_redis_test.cpp - limits counted in a Redis, shared by gateways, and what holds without it.
#include "support/background.h"
#include "support/certificates.h"
#include "support/deadline.h"
#include "support/gateway_process.h"
#include "support/redis.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// Patient, so that a slow machine decides by Redis and not by on_error.
std::string limited_by(const std::string& words, const Redis& redis,
                       const std::string& more = ", redis_timeout = 30 * seconds") {
    return "route \"GET /**\" { answer = \"ok\\n\", plugins = { ratelimit { by = client_ip, " + words + ", store = \"" +
           redis.url() + "\"" + more + " } } }\n";
}

// 200 requests at once, over 20 connections to each of these gateways in turn.
int admitted_of_200(const std::vector<const GatewayProcess*>& gateways) {
    std::atomic<int> admitted{0};
    std::deque<Background> clients;
    for (std::size_t i = 0; i < 20; ++i)
        clients.emplace_back([&, i] {
            auto client = gateways[i % gateways.size()]->client();
            for (int k = 0; k < 10; ++k) client.send(RawClient::head("GET", "/"));  // pipelined
            for (int k = 0; k < 10; ++k) admitted += client.answer().status() == 200;
        });
    for (auto& client : clients) client.wait();
    return admitted;
}

std::string metrics(const GatewayProcess& gateway) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: " + gateway.admin() + "\r\nConnection: close\r\n\r\n");
    return client.answer().body;
}

double figure(const GatewayProcess& gateway, const std::string& name) {
    const std::string text = metrics(gateway);
    for (std::size_t at = 0; (at = text.find("\ntollgate_ratelimit_redis_" + name, at)) != text.npos; ++at)
        if (text[at + 26 + name.size()] == '{') return std::stod(text.substr(text.find("} ", at) + 2));
    BOOST_FAIL("no " + name + " in\n" + text);
    return 0;
}

int status_of(const GatewayProcess& gateway) { return gateway.client().get("/").status(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_ratelimit_redis)

BOOST_AUTO_TEST_CASE(two_hundred_at_a_limit_of_ten_admit_ten_by_each_algorithm_and_by_two_gateways_too) {
    const Redis redis;
    for (const std::string words :
         {"rate = 10 / hour", "rate = 10 / hour, algorithm = \"sliding_window\"",
          "rate = 10 / hour, algorithm = \"sliding_log\"", "rate = 10 / hour, algorithm = \"fixed_window\"",
          "quota = 10 / month", "rate = 10 / hour, limits = { { rate = 15 / hour, algorithm = \"sliding_log\" } }"})
        for (const bool two : {false, true}) {
            redis.ask({"FLUSHALL"});
            const GatewayProcess one{limited_by(words, redis)}, other{limited_by(words, redis)};
            BOOST_TEST(admitted_of_200(two ? std::vector{&one, &other} : std::vector{&one}) == 10, words << two);
            BOOST_TEST(status_of(other) == 429);
            BOOST_TEST(figure(one, "fallbacks_total") == 0);
        }
}

BOOST_AUTO_TEST_CASE(a_gateway_that_comes_later_finds_what_was_spent) {
    const Redis redis;
    const std::string routes = limited_by("rate = 3 / hour", redis);
    {
        const GatewayProcess first{routes};
        BOOST_TEST(status_of(first) == 200);
        BOOST_TEST(status_of(first) == 200);
    }
    const GatewayProcess second{routes};
    BOOST_TEST(status_of(second) == 200);
    BOOST_TEST(status_of(second) == 429);
}

BOOST_AUTO_TEST_CASE(what_holds_without_a_redis_is_what_on_error_says) {
    const std::vector<std::tuple<std::string, int, int>> cases{
        {"local", 200, 429}, {"open", 200, 200}, {"closed", 503, 503}};
    for (const auto& [word, first, second] : cases) {
        Redis redis;
        redis.process().signal(SIGKILL);
        redis.process().wait();
        const GatewayProcess gateway{limited_by("rate = 1 / hour", redis, ", on_error = \"" + word + '"')};
        auto client = gateway.client();
        const auto answer = client.get("/");
        BOOST_TEST(answer.status() == first);
        if (first == 503) BOOST_TEST(answer.body.find("limit_unavailable") != std::string::npos);
        BOOST_TEST(client.get("/").status() == second);
    }
}

BOOST_AUTO_TEST_CASE(a_killed_redis_costs_no_request_and_is_taken_up_again) {
    for (const bool killed : {true, false}) {
        Redis redis;
        GatewayProcess gateway{
            limited_by("rate = 100000 / second", redis, ", on_error = \"open\", redis_timeout = 50 * milliseconds")};
        std::atomic<bool> over{false};
        std::atomic<int> answers{0};
        std::deque<Background> load;
        for (int i = 0; i < 4; ++i)
            load.emplace_back([&] {
                auto client = gateway.client();
                while (!over) {
                    const int status = client.get("/").status();
                    if (status != 200) throw std::runtime_error{"an answer " + std::to_string(status)};
                    ++answers;
                }
            });
        const auto decisions = [&] { return figure(gateway, "decisions_total"); };
        wait_until("it counts in Redis", [&] { return decisions() > 0; });
        redis.process().signal(killed ? SIGKILL : SIGSTOP);
        const double fallbacks = figure(gateway, "fallbacks_total");
        wait_until("on_error decides", [&] { return figure(gateway, "fallbacks_total") > fallbacks + 100; });
        gateway.process().wait_for_line("limits go by on_error until it is back");
        const double before = decisions();
        killed ? redis.start_again() : redis.process().signal(SIGCONT);
        wait_until("it counts there again", [&] { return decisions() > before + 100; });
        gateway.process().wait_for_line("limits are counted there again");
        over = true;
        for (auto& one : load) one.wait();
        BOOST_TEST(answers > 200);
    }
}

BOOST_AUTO_TEST_CASE(a_redis_that_lets_nobody_in_is_told_with_its_own_words_and_no_password) {
    Redis redis{"requirepass secret-word"};
    const auto log_of = [&](const std::string& login, const std::string& database) {
        GatewayProcess gateway{
            "route \"GET /\" { answer = \"ok\\n\", plugins = { ratelimit { by = client_ip, rate = 1 / hour, "
            "store = \"redis://" +
            login + "127.0.0.1:" + redis.port() + database + "\" } } }\n"};
        BOOST_TEST(status_of(gateway) == 200);
        gateway.process().wait_for_line("limits go by on_error");
        return gateway.process().stderr_text();
    };
    BOOST_TEST(log_of("", "").find("NOAUTH") != std::string::npos);
    const std::string wrong = log_of(":wrong-word@", "");
    BOOST_TEST(wrong.find("WRONGPASS") != std::string::npos);
    BOOST_TEST(wrong.find("wrong-word") == std::string::npos);
    BOOST_TEST(log_of(":secret-word@", "/4711").find("out of range") != std::string::npos);

    const GatewayProcess right{
        "route \"GET /\" { answer = \"ok\\n\", plugins = { ratelimit { by = client_ip, rate = 1 / hour, "
        "store = \"redis://:secret-word@127.0.0.1:" +
        redis.port() + "/3\", redis_timeout = 30 * seconds } } }\n"};
    BOOST_TEST(status_of(right) == 200);
    BOOST_TEST(redis.ask({"-n", "3", "KEYS", "*"}) == "ratelimit:client_ip #1:127.0.0.1");
}

BOOST_AUTO_TEST_CASE(scripts_that_were_flushed_and_a_replica_and_a_full_memory) {
    Redis redis;
    GatewayProcess gateway{limited_by("rate = 100 / hour", redis)};
    auto client = gateway.client();
    BOOST_TEST(client.get("/").header("X-RateLimit-Remaining") == "99");
    redis.ask({"SCRIPT", "FLUSH"});
    BOOST_TEST(client.get("/").header("X-RateLimit-Remaining") == "98");
    BOOST_TEST(client.get("/").header("X-RateLimit-Remaining") == "97");
    BOOST_TEST(figure(gateway, "fallbacks_total") == 0);

    redis.ask({"REPLICAOF", "127.0.0.1", "1"});
    BOOST_TEST(client.get("/").header("X-RateLimit-Remaining") == "99");  // the memory's
    gateway.process().wait_for_line("READONLY");
    redis.ask({"REPLICAOF", "NO", "ONE"});
    BOOST_TEST(client.get("/").header("X-RateLimit-Remaining") == "96");
    gateway.process().wait_for_line("counted there again");

    redis.ask({"CONFIG", "SET", "maxmemory", "1"});
    BOOST_TEST(client.get("/").header("X-RateLimit-Remaining") == "98");
    gateway.process().wait_for_line("OOM");
    redis.ask({"CONFIG", "SET", "maxmemory", "0"});
    BOOST_TEST(client.get("/").header("X-RateLimit-Remaining") == "95");
}

// TOLLGATE_TEST_LARGE: a thousand of them.
BOOST_AUTO_TEST_CASE(reloads_with_changing_limits_lose_no_decision) {
    const int reloads = std::getenv("TOLLGATE_TEST_LARGE") ? 1000 : 20;
    Redis redis;
    GatewayProcess gateway{limited_by("rate = 50000000 / hour, name = \"all\"", redis)};
    std::atomic<bool> over{false};
    std::atomic<int> answers{0};
    std::deque<Background> load;
    for (int i = 0; i < 4; ++i)
        load.emplace_back([&] {
            auto client = gateway.client();
            for (; !over; ++answers)
                if (const int status = client.get("/").status(); status != 200)
                    throw std::runtime_error{"an answer " + std::to_string(status)};
        });
    for (int i = 0; i < reloads; ++i) {
        gateway.write_routes(limited_by("rate = " + std::to_string(50'000'000 + i) + " / hour, name = \"all\"", redis));
        BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
        const int seen = answers;
        wait_until("requests go on", [&] { return answers > seen + 20; });
    }
    over = true;
    for (auto& one : load) one.wait();
    BOOST_TEST(figure(gateway, "fallbacks_total") == 0);
    BOOST_TEST(figure(gateway, "decisions_total") == answers);
    BOOST_TEST_MESSAGE(reloads << " reloads, " << answers << " requests");
    BOOST_TEST(gateway.process().stderr_text().find("failed") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(by_tls_where_its_certificate_is_good_and_not_otherwise) {
    const Certificate good{{.names = "IP:127.0.0.1"}}, other{{.names = "DNS:elsewhere.example"}};
    const auto redis_by = [](const Certificate& one) {
        return "tls-cert-file " + one.file().string() + "\ntls-key-file " + one.key_file().string() +
               "\ntls-ca-cert-file " + one.file().string();
    };
    const auto routes = [](const Redis& redis, const std::string& words) {
        return "route \"GET /\" { answer = \"ok\\n\", plugins = { ratelimit { by = client_ip, rate = 9 / hour, "
               "on_error = "
               "\"closed\", redis_timeout = 30 * seconds, store = \"rediss://127.0.0.1:" +
               redis.port() + "\"" + words + " } } }\n";
    };
    const auto trusting = [](const Certificate& one) { return ", redis_authorities = \"" + one.file().string() + '"'; };
    const Redis redis{redis_by(good)}, wrong{redis_by(other)};
    {
        const GatewayProcess gateway{routes(redis, trusting(good))};
        auto client = gateway.client();
        for (int i = 8; i >= 0; --i) BOOST_TEST(client.get("/").header("X-RateLimit-Remaining") == std::to_string(i));
        BOOST_TEST(client.get("/").status() == 429);
        BOOST_TEST(redis.ask({"KEYS", "*"}) == "ratelimit:client_ip #1:127.0.0.1");
    }
    GatewayProcess distrustful{routes(redis, "")}, mistaken{routes(wrong, trusting(other))};
    for (GatewayProcess* gateway : {&distrustful, &mistaken}) {
        BOOST_TEST(status_of(*gateway) == 503);
        gateway->process().wait_for_line("its certificate: ");
    }
}

BOOST_AUTO_TEST_CASE(a_lease_is_shared_by_the_loops_and_exact_at_the_end) {
    const Redis redis;
    const std::string routes = limited_by("rate = 100 / day, lease = 20", redis);
    const GatewayProcess one{routes, {"--loops", "2"}}, other{routes, {"--loops", "2"}};
    const int admitted = admitted_of_200({&one, &other});
    BOOST_TEST(admitted <= 100);
    BOOST_TEST(admitted >= 100 - 40);
    BOOST_TEST(figure(one, "decisions_total") + figure(other, "decisions_total") < 200);
    int later = 0;
    wait_until("what was held has been given back and spent", [&] {
        later += status_of(one) == 200;
        return admitted + later >= 100;
    });
    BOOST_TEST(status_of(other) == 429);
}

BOOST_AUTO_TEST_CASE(an_explanation_asks_nobody_and_counts_in_memory) {
    const Redis redis;
    const TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n"
                                         << limited_by("rate = 3 / hour", redis, ", on_error = \"closed\"");
    const Finished explained = run({tollgate_program(), "explain", "GET", "/", (folder / "routes.lua").string()});
    BOOST_TEST(explained.code == 0, explained.out << explained.err);
    BOOST_TEST(explained.out.find("admitted, 2 of 3 left") != std::string::npos, explained.out << explained.err);
    BOOST_TEST(explained.err.find("failed") == std::string::npos, explained.err);
    BOOST_TEST(redis.ask({"KEYS", "*"}).empty());
}

BOOST_AUTO_TEST_CASE(keys_are_readable_but_for_secrets_and_expire) {
    const Redis redis;
    const GatewayProcess gateway{
        "route \"GET /\" { answer = \"ok\\n\", plugins = { ratelimit { by = header \"X-Token\", "
        "rate = 10 / minute, name = \"a:b\", limits = { { by = path, rate = 10 / (10 * seconds), algorithm = "
        "\"fixed_window\" } }, redis_timeout = 30 * seconds, store = \"" +
        redis.unix_url() + "\" } } }\n"};
    auto client = gateway.client();
    std::string keys;
    // A window may end, and its key with it, before the question comes.
    wait_until("both keys are there", [&] {
        BOOST_TEST(client.get("/", "X-Token: very-secret\r\n").status() == 200);
        keys = redis.ask({"KEYS", "*"});
        return keys.find("ratelimit:a%3Ab:#") != std::string::npos &&
               keys.find("ratelimit:a%3Ab 1/fixed:/") != std::string::npos;
    });
    BOOST_TEST(keys.find("very-secret") == std::string::npos, keys);
    wait_until("nothing counts any more", [&] { return redis.ask({"KEYS", "*"}).empty(); });
}

BOOST_AUTO_TEST_SUITE_END()
