// tests/scenarios/metrics_page_test.cpp - in which text /metrics comes, how packed, how quickly, and what else it holds up.
#include "scenarios/scrape.h"
#include "scenarios/used_gateway.h"

#include <tollgate/plugin.h>

#include <Poco/InflatingStream.h>
#include <Poco/StreamCopier.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace tollgate;
using test::scrape;
using test::scrape_when;
using test::value;

BOOST_AUTO_TEST_SUITE(scenarios_metrics_page)

BOOST_AUTO_TEST_CASE(openmetrics_is_for_who_asks_for_it_and_has_no_family_twice) {
    test::UsedGateway used;
    const auto plain = scrape(used.gateway), open = scrape(used.gateway, "Accept: application/openmetrics-text\r\n");
    BOOST_TEST(plain.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    BOOST_TEST(open.header("Content-Type") == "application/openmetrics-text; version=1.0.0; charset=utf-8");
    BOOST_TEST(open.body.ends_with("\n# EOF\n"));
    BOOST_TEST(plain.body.find("# EOF") == std::string::npos);
    BOOST_TEST(open.body.find("# UNIT process_resident_memory_bytes bytes\n") != std::string::npos);
    std::map<std::string, int> families;
    std::istringstream lines{open.body};
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("# TYPE ")) ++families[line.substr(7, line.find(' ', 7) - 7)];
    BOOST_REQUIRE(families.size() > 20u);
    for (const auto& [name, times] : families) {
        BOOST_TEST(times == 1, name);
        BOOST_TEST(!name.ends_with("_total"), name);
    }
}

BOOST_AUTO_TEST_CASE(durations_lead_to_the_traces_of_requests_that_are_sampled) {
    test::ScriptedUpstream upstream{test::ScriptedUpstream::always("ok")};
    test::GatewayProcess gateway{test::routes_to(upstream.address(), {}, {}, "tracing { sample = 1 }")};
    BOOST_TEST(gateway.client().get("/").status() == 200);
    scrape_when(gateway, "tollgate_gateway_duration_seconds_count", 1);
    const std::string traceparent = upstream.last().header("traceparent");
    BOOST_REQUIRE_EQUAL(traceparent.size(), 55u);
    const std::string exemplar = " # {trace_id=\"" + traceparent.substr(3, 32) + "\"} ";
    std::map<std::string, int> found;
    std::istringstream lines{scrape(gateway, "Accept: application/openmetrics-text\r\n").body};
    for (std::string line; std::getline(lines, line);)
        if (line.find(exemplar) != line.npos) ++found[line.substr(0, line.find('{'))];
    BOOST_TEST(found["tollgate_request_duration_seconds_bucket"] == 1);
    BOOST_TEST(found["tollgate_gateway_duration_seconds_bucket"] == 1);
    BOOST_TEST(found["tollgate_upstream_duration_seconds_bucket"] == 1);
    BOOST_TEST(found.size() == 3u);
    BOOST_TEST(scrape(gateway).body.find("trace_id") == std::string::npos);

    gateway.write_routes(test::routes_to(upstream.address(), {}, {}, "tracing { sample = 0 }"));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(gateway.client().post("/", "x").status() == 200);
    scrape_when(gateway, "tollgate_gateway_duration_seconds_count", 2);
    const std::string unsampled = upstream.last().header("traceparent").substr(3, 32);
    BOOST_TEST(scrape(gateway, "Accept: application/openmetrics-text\r\n").body.find(unsampled) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_page_is_packed_for_who_can_unpack_it) {
    test::GatewayProcess gateway{"route \"GET /\" { answer = \"ok\\n\" }"};
    const auto packed = scrape(gateway, "Accept-Encoding: deflate, gzip\r\n");
    BOOST_TEST(packed.header("Content-Encoding") == "gzip");
    std::istringstream in{packed.body};
    Poco::InflatingInputStream unpacking{in, Poco::InflatingStreamBuf::STREAM_GZIP};
    std::string page;
    Poco::StreamCopier::copyToString(unpacking, page);
    BOOST_TEST(value(page, "tollgate_connections").value_or(-1) == 0);
    BOOST_TEST(packed.body.size() < page.size() / 2);
    BOOST_TEST(!scrape(gateway, "Accept-Encoding: gzip;q=0\r\n").has("Content-Encoding"));
    BOOST_TEST(!scrape(gateway).has("Content-Encoding"));
}

// Bounds are for machines ten times slower and for sanitizers; usual are a few milliseconds.
BOOST_AUTO_TEST_CASE(a_page_of_a_thousand_routes_is_quick_and_holds_no_request_up) {
    constexpr int count = 1000;
    constexpr auto bound = std::chrono::milliseconds{std::string_view{TOLLGATE_SANITIZER} == "none" ? 200 : 2000};
    std::string routes;
    for (int i = 0; i < count; ++i) routes += "route \"* /" + std::to_string(i) + "\" { answer = \"ok\\n\" }\n";
    test::GatewayProcess gateway{routes};
    const auto timed = [](const std::function<void()>& work) {
        const auto began = std::chrono::steady_clock::now();
        work();
        return std::chrono::steady_clock::now() - began;
    };
    auto client = gateway.client();
    for (int i = 0; i < count; ++i) BOOST_REQUIRE(client.get("/" + std::to_string(i)).status() == 200);
    std::string text = scrape_when(gateway, "tollgate_gateway_duration_seconds_count", count);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') > 20 * count);
    auto quickest = timed([&] { scrape(gateway); });
    for (int i = 0; i < 10; ++i) quickest = std::min(quickest, timed([&] { scrape(gateway); }));
    BOOST_TEST_MESSAGE("a page of " << text.size() << " bytes took " << quickest / std::chrono::microseconds{1} << " us");
    BOOST_TEST((quickest < bound));

    // While one page after another is written, each request makes a figure that was not there.
    std::atomic<bool> done{false};
    std::atomic<int> pages{0};
    std::thread scraping{[&] {
        for (; !done; ++pages) scrape(gateway);
    }};
    std::vector<std::chrono::nanoseconds> times;
    for (int i = 0; i < count || pages < 3; ++i)
        times.push_back(timed([&] { BOOST_REQUIRE(client.post("/" + std::to_string(i % count), "x").status() == 200); }));
    done = true;
    scraping.join();
    std::nth_element(times.begin(), times.begin() + std::ptrdiff_t(times.size() / 2), times.end());
    const auto median = times[times.size() / 2];
    BOOST_TEST_MESSAGE("half of the requests took " << median / std::chrono::microseconds{1} << " us beside " << pages << " pages");
    BOOST_TEST((median < bound / 4));
}

BOOST_AUTO_TEST_SUITE_END()
