// tests/loadtest/verify/borders_test.cpp - quotas of real gateways over midnights that end their day, week or month, and
// over ones that do not, by wall clocks that stand just before them.
#include "real_run.h"
#include "support/redis.h"

#include <boost/test/unit_test.hpp>

#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <vector>

using namespace tollgate;
using namespace std::string_literals;

namespace {

constexpr std::time_t wednesday_ends = 1'815'004'800;   // 2027-07-07
constexpr std::time_t saturday_ends = 1'815'264'000;    // 2027-07-10
constexpr std::time_t sunday_ends = 1'815'350'400;      // 2027-07-11
constexpr std::time_t february_28_ends = 1'835'395'200; // 2028-02-28
constexpr std::time_t february_29_ends = 1'835'481'600;

struct Midnight {
    std::time_t moment;
    std::string declared, held;  // "40 / day"
    std::string verdict;
    bool ends;                   // what is declared: one window, and the next begins
    int gateways = 1;            // two share a Redis
};

std::string routes_with(const std::string& quota, const std::optional<test::Redis>& redis) {
    const std::string store = redis ? ", redis_timeout = 30 * seconds, store = \"" + redis->url() + '"' : "";
    return "route \"GET /\" { answer = \"ok\\n\", plugins = { ratelimit { by = header \"X-Tenant\", headers = false, "
           "quota = " + quota + store + " } } }\n";
}

// Until midnight came while it was asked: on a machine that is too slow for it, with more time before.
std::string verified(const Midnight& midnight) {
    test::Said said;
    for (const int lead : {5, 20, 50}) {
        const auto environment = test::before(midnight.moment, lead);
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{lead};
        std::optional<test::Redis> redis;
        if (midnight.gateways > 1) redis.emplace("", environment);
        const auto gateways = test::gateways_with(routes_with(midnight.held, redis), midnight.gateways, environment);
        const bool in_time = std::chrono::steady_clock::now() < until - std::chrono::seconds{lead / 5};
        said = test::verify(routes_with(midnight.declared, redis), gateways,
                            {"--quotas", "--identities", "1", "-d", std::to_string(lead + 4) + "s"}, environment);
        if (said.verdict == midnight.verdict && midnight.verdict != "conforms") return {};
        if (said.verdict != "conforms") break;
        if (midnight.verdict == "conforms" && in_time && said.saw_begin == midnight.ends) return {};
    }
    return said.all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_borders)

BOOST_AUTO_TEST_CASE(quotas_begin_anew_at_the_midnights_that_end_them_and_at_no_other) {
    const std::vector<Midnight> midnights{
        {wednesday_ends, "40 / day", "40 / day", "conforms", true},
        {wednesday_ends, "40 / day", "40 / day", "conforms", true, 2},
        {sunday_ends, "40 / week", "40 / week", "conforms", true},
        {sunday_ends, "40 / week", "40 / week", "conforms", true, 2},
        {february_29_ends, "40 / month", "40 / month", "conforms", true},
        {february_29_ends, "40 / month", "40 / month", "conforms", true, 2},
        {saturday_ends, "40 / week", "40 / week", "conforms", false},
        {saturday_ends, "40 / week", "40 / week", "conforms", false, 2},
        {february_28_ends, "40 / month", "40 / month", "conforms", false},
        {february_28_ends, "40 / month", "40 / month", "conforms", false, 2},
        {saturday_ends, "40 / week", "40 / day", "WRONG", false},
        {february_28_ends, "40 / month", "40 / day", "WRONG", false, 2},
        {wednesday_ends, "40 / day", "40 / month", "TOO LITTLE", true},
        {sunday_ends, "40 / week", "40 / month", "TOO LITTLE", true, 2},
    };
    std::vector<std::function<std::string()>> jobs;
    for (const Midnight& midnight : midnights) jobs.push_back([&midnight] { return verified(midnight); });
    const auto problems = test::in_parallel(jobs);
    for (std::size_t i = 0; i < midnights.size(); ++i)
        BOOST_TEST(problems[i] == "", midnights[i].declared << ", held to " << midnights[i].held << ", by "
                                                            << midnights[i].gateways << ": " << problems[i]);
}

BOOST_AUTO_TEST_SUITE_END()
