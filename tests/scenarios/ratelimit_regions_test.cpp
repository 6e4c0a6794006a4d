// tests/scenarios/ratelimit_regions_test.cpp - gateways in two regions that tell each other what they have admitted.
#include "support/background.h"
#include "support/gateway_process.h"
#include "support/redis.h"
#include "support/relay.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <deque>
#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

std::string routes(const std::string& region, const std::vector<std::string>& urls, const std::string& words,
                   std::chrono::milliseconds every = 50ms) {
    std::string list;
    for (const std::string& url : urls) list += '"' + url + "\", ";
    return "route \"GET /**\" { answer = \"ok\\n\", plugins = { ratelimit { by = client_ip, name = \"calls\", " + words +
           ", regions = { " + list + "}, region = \"" + region + "\", region_every = " +
           std::to_string(every.count()) + " * milliseconds } } }\n";
}

int status_of(const GatewayProcess& gateway) { return gateway.client().get("/").status(); }

int admitted(const GatewayProcess& gateway, int asked) {
    auto client = gateway.client();
    int admitted = 0;
    for (int i = 0; i < asked; ++i) admitted += client.get("/").status() == 200;
    return admitted;
}

std::string page(const GatewayProcess& gateway, const std::string& path) {
    RawClient client{gateway.admin()};
    client.send("GET " + path + " HTTP/1.1\r\nHost: " + gateway.admin() + "\r\nConnection: close\r\n\r\n");
    return client.answer().body;
}

// What a gateway knows to have been admitted in all windows that count, by the names of who did.
std::map<std::string, double> counted(const GatewayProcess& gateway) {
    const std::string text = page(gateway, "/plugins/ratelimit/regions");
    std::map<std::string, double> counted;
    const auto limits = Poco::JSON::Parser{}.parse(text).extract<Poco::JSON::Object::Ptr>()->getArray("limits");
    const auto windows = limits->getObject(0)->getArray("windows");
    for (unsigned i = 0; i < windows->size(); ++i)
        for (const auto& [node, count] : *windows->getObject(i)->getObject("counted"))
            counted[node] += count.convert<double>();
    return counted;
}

double sum(const std::map<std::string, double>& counted) {
    double sum = 0;
    for (const auto& [node, count] : counted) sum += count;
    return sum;
}

void wait_until_both_know(const GatewayProcess& one, const GatewayProcess& other, double all) {
    wait_until("both know of all that was admitted",
               [&] { return sum(counted(one)) == all && counted(one) == counted(other); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_ratelimit_regions)

// Neither what it hears from others nor what a reload changes waits for a request.
BOOST_AUTO_TEST_CASE(a_gateway_listens_from_its_start_and_to_whom_a_reload_names) {
    const Redis redis, other;
    const std::string words = "quota = 10 / month";
    GatewayProcess eu{routes("eu", {redis.url()}, words)}, us{routes("us", {redis.url()}, words)};
    BOOST_TEST(admitted(eu, 3) == 3);
    wait_until("the other one knows", [&] { return sum(counted(us)) == 3; });
    us.write_routes(routes("us", {other.url()}, words));
    BOOST_TEST(us.reload().find("reloaded: ") != std::string::npos);
    eu.write_routes(routes("eu", {other.url()}, words));
    BOOST_TEST(eu.reload().find("reloaded: ") != std::string::npos);
    BOOST_TEST(admitted(eu, 2) == 2);
    wait_until("the other one knows", [&] { return sum(counted(us)) == 5; });
}

BOOST_AUTO_TEST_CASE(what_one_region_admits_the_other_refuses) {
    const Redis redis;
    for (const std::string words : {"quota = 10 / month", "rate = 10 / day, algorithm = \"fixed_window\""}) {
        redis.ask({"FLUSHALL"});
        const GatewayProcess eu{routes("eu-1", {redis.url()}, words)}, us{routes("us-1", {redis.url()}, words)};
        BOOST_TEST(admitted(eu, 4) == 4);
        BOOST_TEST(status_of(us) == 200);
        wait_until_both_know(eu, us, 5);
        BOOST_TEST(admitted(us, 100) == 5);
        wait_until_both_know(eu, us, 10);
        BOOST_TEST(status_of(eu) == 429);
    }
}

// Under load and without a partition: what is too much is at most what the others admitted while it was on its way.
BOOST_AUTO_TEST_CASE(the_way_between_regions_cut_under_load_costs_no_more_than_is_said_and_heals) {
    const Redis in_eu, in_us;
    Relay to_eu{"127.0.0.1:" + in_eu.port()}, to_us{"127.0.0.1:" + in_us.port()};
    const std::string words = "quota = 20000 / month";
    const GatewayProcess eu{routes("eu-1", {in_eu.url(), "redis://" + to_us.address()}, words)};
    const GatewayProcess us{routes("us-1", {"redis://" + to_eu.address(), in_us.url()}, words)};
    BOOST_TEST(admitted(eu, 1) + admitted(us, 1) == 2);
    wait_until_both_know(eu, us, 2);

    struct Side {
        std::atomic<int> admitted{1}, refused{0};
    } in_eu_region, in_us_region;
    std::atomic<bool> over{false};
    std::deque<Background> load;
    for (int i = 0; i < 4; ++i)
        load.emplace_back([&, i] {
            Side& side = i % 2 == 0 ? in_eu_region : in_us_region;
            auto client = (i % 2 == 0 ? eu : us).client();
            while (!over) ++(client.get("/").status() == 200 ? side.admitted : side.refused);
        });
    wait_until("they are under way", [&] { return in_eu_region.admitted > 500 && in_us_region.admitted > 500; });
    to_eu.cut();
    to_us.cut();
    // 20000 requests a side, which a slow machine with sanitizers does not get through in the usual time.
    wait_until("both sides are at their limit", [&] { return in_eu_region.refused > 0 && in_us_region.refused > 0; },
               5 * patience);
    over = true;
    for (auto& one : load) one.wait();
    // Each side has admitted what the limit leaves it: all but what it had heard of the other.
    const int by_eu = in_eu_region.admitted, by_us = in_us_region.admitted, all = by_eu + by_us;
    const auto heard = [](const GatewayProcess& gateway, const std::string& other) {
        double heard = 0;
        for (const auto& [node, count] : counted(gateway))
            if (node.starts_with(other)) heard += count;
        return heard;
    };
    wait_until("all is written down", [&] { return sum(counted(eu)) == 20000 && sum(counted(us)) == 20000; });
    BOOST_TEST(by_eu + heard(eu, "us-1~") == 20000);
    BOOST_TEST(by_us + heard(us, "eu-1~") == 20000);
    BOOST_TEST(all > 20000);  // or the way was not cut
    BOOST_TEST_MESSAGE("cut off, " << by_eu << " and " << by_us << " of 20000");

    to_eu.mend();
    to_us.mend();
    wait_until_both_know(eu, us, all);
    BOOST_TEST(admitted(eu, 10) + admitted(us, 10) == 0);
}

// The bound, from the clients' clocks alone: whoever was admitted last was so by a gateway that knew of all but what the
// other had admitted in two intervals, and the time that telling and hearing took. So what is too much was admitted by
// the other within that time before.
BOOST_AUTO_TEST_CASE(together_they_admit_too_much_by_what_was_on_its_way) {
    constexpr std::size_t limit = 4000;
    constexpr auto interval = 200ms, on_its_way = 2000ms;  // of a busy machine; the load takes longer by far
    const Redis redis;
    std::string words = "quota = " + std::to_string(limit) + " / month";
    const GatewayProcess eu{routes("eu-1", {redis.url()}, words, interval)},
        us{routes("us-1", {redis.url()}, words, interval)};
    BOOST_TEST(admitted(eu, 1) + admitted(us, 1) == 2);
    wait_until_both_know(eu, us, 2);
    std::array<std::vector<std::chrono::steady_clock::time_point>, 2> sides;
    std::deque<Background> load;
    for (std::size_t i = 0; i < 2; ++i)
        load.emplace_back([&, i] {
            auto client = (i == 0 ? eu : us).client();
            for (int refused = 0; refused < 100; std::this_thread::sleep_for(2ms))
                if (client.get("/").status() == 200)
                    sides[i].push_back(std::chrono::steady_clock::now());
                else
                    ++refused;
        });
    for (auto& one : load) one.wait();
    const std::size_t all = 2 + sides[0].size() + sides[1].size();
    BOOST_REQUIRE(all >= limit);
    const std::size_t too_many = all - limit;
    const auto& last = sides[0].back() > sides[1].back() ? sides[0] : sides[1];
    const auto& other = &last == &sides[0] ? sides[1] : sides[0];
    BOOST_REQUIRE(too_many < other.size());
    const auto age = last.back() - (too_many == 0 ? last.back() : other[other.size() - too_many]);
    BOOST_TEST_MESSAGE(too_many << " of " << limit << " too many, admitted in the last "
                                << std::chrono::duration_cast<std::chrono::milliseconds>(age).count() << " ms of "
                                << std::chrono::duration_cast<std::chrono::milliseconds>(last.back() - last.front()).count());
    BOOST_TEST((age <= 2 * interval + on_its_way));
    wait_until_both_know(eu, us, double(all));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_started_anew_knows_what_it_had_admitted) {
    const Redis redis;
    const std::string words = "quota = 10 / month";
    const GatewayProcess us{routes("us-1", {redis.url()}, words)};
    BOOST_TEST(status_of(us) == 200);
    for (const bool stopped : {true, false}) {
        GatewayProcess eu{routes("eu-1", {redis.url()}, words)};
        BOOST_TEST(admitted(eu, 4) == 4);
        if (stopped) {
            eu.stop();  // tells what it has not told yet
            wait_until("the other has heard it", [&] { return sum(counted(us)) == 5; });
        } else {
            wait_until_both_know(eu, us, 9);
            eu.process().signal(SIGKILL);
        }
    }
    const GatewayProcess eu{routes("eu-1", {redis.url()}, words)};
    BOOST_TEST(status_of(eu) == 200);
    wait_until_both_know(eu, us, 10);
    BOOST_TEST(counted(eu).size() == 4U);  // three lives here, and the other
    BOOST_TEST(status_of(eu) == 429);
}

BOOST_AUTO_TEST_CASE(the_log_says_once_that_a_server_is_away_and_once_that_it_is_back) {
    Redis redis;
    GatewayProcess gateway{routes("eu-1", {redis.url()}, "quota = 100000 / month")};
    BOOST_TEST(status_of(gateway) == 200);
    wait_until("it is exchanged", [&] {
        return page(gateway, "/plugins/ratelimit/regions").find("\"age_ms\": null") == std::string::npos;
    });
    redis.process().signal(SIGKILL);
    gateway.process().wait_for_line("what other gateways count is not heard of there until it is back");
    BOOST_TEST(admitted(gateway, 100) == 100);
    redis.start_again();
    gateway.process().wait_for_line("counts are exchanged there again");
    const std::string limit = "{limit=\"calls quota\"";
    const std::string age = "\ntollgate_ratelimit_regions_age_seconds" + limit + ",redis=\"" + redis.url();
    const std::string keys = "\ntollgate_ratelimit_regions_keys" + limit + "} 1\n";
    wait_until("the figures are those of a round that followed", [&] {  // told when a round is over, after the log
        const std::string metrics = page(gateway, "/metrics");
        return metrics.find(age) != metrics.npos && metrics.find(keys) != metrics.npos;
    });
}

BOOST_AUTO_TEST_CASE(the_log_says_that_there_is_no_room_for_more_keys) {
    const Redis redis;
    std::string all = routes("eu-1", {redis.url()}, "quota = 10 / month, keys = 10");
    all.replace(all.find("client_ip"), 9, "header \"X-Name\"");
    GatewayProcess gateway{all};
    for (int i = 0; i < 20; ++i)
        BOOST_TEST(gateway.client().get("/", "X-Name: " + std::to_string(i) + "\r\n").status() == 200);
    gateway.process().wait_for_line("limit \"calls quota\": there is no room among the 10 keys that are exchanged");
    BOOST_TEST(page(gateway, "/metrics").find("ratelimit_regions_left_out_total") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
