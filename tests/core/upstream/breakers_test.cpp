// tests/core/upstream/breakers_test.cpp - what attempts at targets make of their breakers, and what the log hears.
#include "net/event_loop.h"
#include "support/log.h"
#include "upstream/upstream.h"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace tollgate;
using namespace std::chrono_literals;
using upstream::Breaker;

namespace {

// A loop's time that is moved by hand.
struct HandClock final : net::Timekeeper {
    net::TimePoint now() noexcept override { return time; }
    int wait(int) noexcept override { return 0; }
    net::TimePoint time{1h};
};

struct Site {
    upstream::Upstream upstream;
    HandClock clock;

    explicit Site(int targets = 2) {
        upstream.name = "orders";
        upstream.breaker = upstream::BreakerSettings{.threshold = {.in_a_row = 2}};
        for (int i = 1; i <= targets; ++i) {
            const std::string address = "127.0.0.1:" + std::to_string(i);
            std::string problem;
            upstream.targets.push_back(std::make_unique<upstream::UpstreamTarget>(
                upstream, *net::Address::parse(address, problem), 1, upstream.state->target(address)));
        }
    }
    const upstream::UpstreamTarget& target(std::size_t i) const { return *upstream.targets[i]; }
    // On a loop whose time is the clock's.
    void at_once(const std::function<void()>& job) {
        net::EventLoop loop{0, &clock};
        loop.post([&] {
            job();
            loop.stop();
        });
        loop.run();
    }
    bool attempt(std::size_t i, Outcome outcome, int status = 0) const {
        auto pass = target(i).begin_attempt();
        if (!pass) return false;
        if (status > 0) target(i).head_came(pass, status);
        target(i).end_attempt(pass, {outcome, status});
        return true;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_breakers)

BOOST_AUTO_TEST_CASE(without_one_nothing_is_judged) {
    Site site;
    site.upstream.breaker.reset();
    site.at_once([&] {
        for (int i = 0; i < 100; ++i) BOOST_TEST_REQUIRE(site.attempt(0, Outcome::not_connected));
        BOOST_TEST((upstream::breakers::refuses_for(site.upstream) == 0s));
        BOOST_TEST((upstream::breakers::targets_refuse_for(site.upstream) == 0s));
    });
}

BOOST_AUTO_TEST_CASE(who_wants_no_probe_is_told_where_one_would_be_made) {
    Site site;
    const log::Capture log;
    site.upstream.breaker->of_upstream = true;
    site.at_once([&] {
        BOOST_TEST(upstream::breakers::closed(site.target(0)));
        for (int i = 0; i < 2; ++i) BOOST_TEST(site.attempt(0, Outcome::not_connected));
        for (const std::size_t i : {0u, 1u}) BOOST_TEST(!upstream::breakers::closed(site.target(i)));  // the upstream's is open
        site.upstream.breaker->of_upstream = false;
        BOOST_TEST(upstream::breakers::closed(site.target(1)));
        BOOST_TEST(!upstream::breakers::closed(site.target(0)));
    });
    site.clock.time += site.upstream.breaker->open;
    site.at_once([&] {
        BOOST_TEST(site.target(0).available());
        BOOST_TEST(!upstream::breakers::closed(site.target(0)));
        BOOST_TEST(site.attempt(0, Outcome::answered, 200));
        BOOST_TEST(upstream::breakers::closed(site.target(0)));
        site.upstream.breaker.reset();
        BOOST_TEST(upstream::breakers::closed(site.target(0)));
    });
}

BOOST_AUTO_TEST_CASE(a_target_that_fails_is_out_and_the_others_are_not) {
    Site site;
    const log::Capture log;
    site.at_once([&] {
        for (int i = 0; i < 2; ++i) BOOST_TEST(site.attempt(0, Outcome::not_connected));
        BOOST_TEST(!site.target(0).available());
        BOOST_TEST(upstream::breakers::why_out(site.target(0)) == "its breaker is open, and tried again in 10 s");
        BOOST_TEST(upstream::breakers::why_out(site.target(1)) == "");
        BOOST_TEST(!site.attempt(0, Outcome::answered, 200));
        BOOST_TEST(site.target(0).in_flight() == 0u);
        BOOST_TEST(site.target(1).available());
        BOOST_TEST((upstream::breakers::targets_refuse_for(site.upstream) == 0s));
    });
    BOOST_TEST(
        log.has("upstream: orders: 127.0.0.1:1: breaker opened: 2 attempts failed in a row, the last: not connected; "
                "tried again in 10 s"));
    site.clock.time += 10s;
    site.at_once([&] {
        BOOST_TEST(site.attempt(0, Outcome::answered, 200));
        BOOST_TEST(site.target(0).available());
    });
    BOOST_TEST(log.has("upstream: orders: 127.0.0.1:1: breaker half-open: it is tried"));
    BOOST_TEST(log.has("upstream: orders: 127.0.0.1:1: breaker closed"));
    BOOST_TEST(log.lines().size() == 3u);
}

BOOST_AUTO_TEST_CASE(all_targets_out_say_when_the_first_is_tried_again) {
    Site site;
    const log::Capture log;
    site.at_once([&] {
        for (int i = 0; i < 2; ++i) site.attempt(0, Outcome::reset);
    });
    site.clock.time += 4s;
    site.at_once([&] {
        for (int i = 0; i < 2; ++i) site.attempt(1, Outcome::answered, 503);
        BOOST_TEST((upstream::breakers::targets_refuse_for(site.upstream) == 6s));
    });
}

BOOST_AUTO_TEST_CASE(what_is_no_failure_or_came_to_no_end_is_none) {
    Site site;
    site.at_once([&] {
        for (int i = 0; i < 10; ++i) {
            BOOST_TEST_REQUIRE(site.attempt(0, Outcome::reset));
            BOOST_TEST_REQUIRE(site.attempt(0, Outcome::abandoned));
            BOOST_TEST_REQUIRE(site.attempt(0, Outcome::answered, 404));
        }
    });
}

BOOST_AUTO_TEST_CASE(an_upstream_s_own_counts_all_its_targets) {
    Site site;
    const log::Capture log;
    site.upstream.breaker->of_target = false;
    site.upstream.breaker->of_upstream = true;
    site.at_once([&] {
        site.attempt(0, Outcome::timeout);
        site.attempt(1, Outcome::timeout);
        BOOST_TEST((upstream::breakers::refuses_for(site.upstream) == 10s));
        BOOST_TEST(!site.attempt(0, Outcome::answered, 200));
        BOOST_TEST(!site.attempt(1, Outcome::answered, 200));
        BOOST_TEST(site.target(0).available());
    });
    BOOST_TEST(
        log.has("upstream: orders: breaker opened: 2 attempts failed in a row, the last: no answer in time; tried "
                "again in 10 s"));
}

// The one probe of the upstream is not spent on a target that is out.
BOOST_AUTO_TEST_CASE(both_let_an_attempt_through_or_neither_counts_it) {
    Site site;
    const log::Capture log;
    site.upstream.breaker->of_upstream = true;
    site.at_once([&] {
        site.attempt(0, Outcome::reset);
        site.attempt(0, Outcome::reset);
        BOOST_TEST((upstream::breakers::refuses_for(site.upstream) == 10s));
    });
    site.clock.time += 9s;
    site.at_once([&] {
        BOOST_TEST(site.target(1).available());
        BOOST_TEST(!site.attempt(1, Outcome::answered, 200));  // the upstream's own is open
    });
    site.clock.time += 1s;
    site.at_once([&] {
        auto probe = site.target(0).begin_attempt();
        BOOST_TEST_REQUIRE(bool(probe));
        BOOST_TEST(!site.target(1).begin_attempt());
        site.target(0).end_attempt(probe, {Outcome::abandoned});
        BOOST_TEST(site.attempt(1, Outcome::answered, 200));
        BOOST_TEST(site.upstream.state->breaker.closed());
        BOOST_TEST(!site.target(0).state().breaker.closed());
        auto of_target = site.target(0).begin_attempt();
        BOOST_TEST_REQUIRE(bool(of_target));
        BOOST_TEST(!site.target(0).begin_attempt());
        site.target(0).end_attempt(of_target, {Outcome::answered, 200});
    });
}

BOOST_AUTO_TEST_SUITE_END()
