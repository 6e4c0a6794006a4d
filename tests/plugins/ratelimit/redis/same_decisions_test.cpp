// tests/plugins/ratelimit/redis/same_decisions_test.cpp - the arithmetic in Redis's Lua decides as that in memory does.
#include "memory_store.h"
#include "plugins/redis/loops.h"
#include "redis/redis_store.h"
#include "support/redis.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::ratelimit;
using namespace std::chrono_literals;

namespace {

// Microseconds since 1970: what both stores take for the time. A Tuesday evening, two days before February ends.
constexpr std::int64_t start = 1'740'600'000'000'000;
std::int64_t the_time = start;
std::int64_t clock_of_both() { return the_time; }
Moment moment() {
    return {Time{std::chrono::microseconds{the_time - start + 1'000'000'000}},
            WallTime{std::chrono::microseconds{the_time}}};
}

struct Named {
    std::string name;
    std::vector<Limit> limits;        // one after the other
    std::vector<std::int64_t> steps;  // microseconds
};

// Each side of every border, among them those of days, weeks and months, and two limits to change between.
std::vector<Named> cases() {
    const auto windowed = [](Algorithm algorithm, double count, std::chrono::nanoseconds per,
                             Align align = Align::clock) { return Limit::windowed(algorithm, count, per, align); };
    const std::vector<std::int64_t> steps{0, 0, 0, 1'000, 40'000, 300'000, 999'999, 1'000'000, 7'000'000, 61'000'000};
    const std::vector<std::int64_t> days{0, 0, 0, 1'000, 3'600'000'000, 80'000'000'000, 700'000'000'000};
    return {
        {"bucket", {{10, 1s, 10}, {10, 1s, 20}, {5, 1s, 5}, {60, 60s, 10}}, steps},
        {"slow bucket", {{24, 24h, 3}, {24, 24h, 6}}, days},
        {"fixed", {windowed(Algorithm::fixed_window, 10, 1s), windowed(Algorithm::fixed_window, 20, 1s)}, steps},
        {"fixed, other length",
         {windowed(Algorithm::fixed_window, 10, 1s), windowed(Algorithm::fixed_window, 10, 60s)},
         steps},
        {"fixed, first use", {windowed(Algorithm::fixed_window, 10, 1s, Align::first_use)}, steps},
        {"sliding", {windowed(Algorithm::sliding_window, 10, 1s), windowed(Algorithm::sliding_window, 7, 1s)}, steps},
        {"sliding minute",
         {windowed(Algorithm::sliding_window, 30, 60s), windowed(Algorithm::sliding_window, 30, 10s)},
         steps},
        {"sliding, first use", {windowed(Algorithm::sliding_window, 10, 1s, Align::first_use)}, steps},
        {"log", {windowed(Algorithm::sliding_log, 10, 1s), windowed(Algorithm::sliding_log, 20, 1s)}, steps},
        {"log, shorter", {windowed(Algorithm::sliding_log, 10, 8s)}, steps},
        {"quota of a day", {Limit::quota(10, Calendar::day), Limit::quota(12, Calendar::day)}, days},
        {"quota of a week", {Limit::quota(10, Calendar::week)}, days},
        {"quota of a month", {Limit::quota(40, Calendar::month)}, days},
        {"places", {Limit::at_once(5), Limit::at_once(3)}, {0}},
    };
}

struct Both {
    explicit Both(const std::string& url)
        : host{loops.host("ratelimit")},
          store{*host,
                redis::Server::shared(redis::Address::parse(url), *host, words_of_limits),
                elsewhere,
                {.timeout = 60s, .on_error = OnError::closed, .clock = clock_of_both}} {}
    ~Both() { host->retire(); }  // while there is the store that its tasks are about
    Both(const Both&) = delete;
    Both& operator=(const Both&) = delete;

    test::Loops loops;
    std::unique_ptr<plugins::PluginHost> host;
    MemoryStore memory, elsewhere;
    RedisStore store;
};

bool close(std::chrono::nanoseconds a, std::chrono::nanoseconds b) {
    return a == b || (a > b ? a - b : b - a) <= 2us;  // one counts sixteenths of nanoseconds, the other microseconds
}

std::string text(const Decision& decision) {
    return (decision.admitted ? "admitted, " : "refused, ") + std::to_string(decision.remaining) + " left, retry " +
           std::to_string(decision.retry_after.count()) + ", reset " + std::to_string(decision.reset.count());
}

bool same(const Decision& a, const Decision& b) {
    return a.admitted == b.admitted && a.remaining == b.remaining && close(a.retry_after, b.retry_after) &&
           close(a.reset, b.reset) && !b.unavailable;
}

// A thousand requests, some of which give back what they took, by one key, at random moments and of random costs.
Task<void> walk(Both& both, const Named& named, unsigned seed, double fraction) {
    std::mt19937 random{seed};
    const auto any = [&](std::size_t size) { return random() % size; };
    const auto counters = make_counters(named.limits[0].algorithm(), 100);
    const std::string name = named.name + std::to_string(seed) + (fraction < 1 ? "f" : "");
    const std::string key = "alice";
    std::vector<std::pair<Claim, Claim>> held;
    std::string story;
    for (int i = 0; i < 1000; ++i) {
        the_time += named.steps[any(named.steps.size())];
        const Limit& limit = named.limits[i / 100 % named.limits.size()];
        Claim here{
            .name = &name, .counters = counters.get(), .limit = limit, .key = key, .cost = fraction * double(any(4))};
        if (any(10) == 0) here.cost = fraction * double(any(40));
        if (i == 0) here.cost = fraction;  // one that is free begins a window in memory, and none in Redis
        Claim there = here;
        (void)both.memory.take({&here, 1}, moment());
        Task<void> later = both.store.take({&there, 1}, moment());
        if (later) co_await later;
        story = named.name + " #" + std::to_string(i) + " at " + std::to_string(the_time - start) + " costs " +
                std::to_string(here.cost) + ": " + text(here.decision) + " but in Redis " + text(there.decision);
        BOOST_TEST_REQUIRE(same(here.decision, there.decision), story);
        const bool places = limit.algorithm() == Algorithm::concurrency;
        if (here.decision.admitted && (places || any(3) == 0)) held.emplace_back(here, there);
        while (!held.empty() && (any(3) == 0 || held.size() > 8)) {
            both.memory.give_back({&held.back().first, 1}, moment());
            both.store.give_back({&held.back().second, 1}, moment());
            held.pop_back();
        }
        if (!places && i % 100 == 99) held.clear();  // a changed limit takes nothing back
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_redis_same_decisions)

BOOST_AUTO_TEST_CASE(at_random_moments_and_costs) {
    const test::Redis redis;
    Both both{redis.unix_url()};
    for (const Named& named : cases())
        for (unsigned seed = 1; seed <= 3; ++seed) {
            the_time = start;
            both.loops.run([&] { return walk(both, named, seed, 1); });
        }
}

BOOST_AUTO_TEST_CASE(of_fractions_too) {
    const test::Redis redis;
    Both both{redis.unix_url()};
    for (const Named& named : cases()) {
        if (named.name.starts_with("log") || named.name == "places") continue;  // a log joins what it has no room for
        the_time = start;
        both.loops.run([&] { return walk(both, named, 7, 0.25); });
    }
}

BOOST_AUTO_TEST_SUITE_END()
