// tests/core/upstream/breaker_test.cpp - the states of a breaker, on a clock that is moved by hand.
#include "upstream/breaker.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <ostream>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;
using upstream::Breaker;
using upstream::BreakerSettings;
using State = Breaker::State;

namespace tollgate::upstream {
static std::ostream& operator<<(std::ostream& out, Breaker::State state) { return out << name_of(state); }
}  // namespace tollgate::upstream

namespace {

struct Site {
    BreakerSettings settings{.threshold = {.in_a_row = 3}, .open = 10s};
    Breaker breaker;
    net::TimePoint now{1h};
    std::vector<State> changes;

    void note(const Breaker::Change& change) {
        if (change) changes.push_back(change.to);
    }
    // nullopt: it was refused.
    std::optional<Breaker::Pass> begin() {
        Breaker::Pass pass;
        Breaker::Change change;
        const bool through = breaker.begin(pass, change, settings, now);
        note(change);
        return through ? std::optional{pass} : std::nullopt;
    }
    void end(std::optional<Breaker::Pass>& pass, bool failed) {
        BOOST_TEST_REQUIRE(pass.has_value());
        note(breaker.end(*pass, failed, settings, now));
    }
    void answered(std::optional<Breaker::Pass>& pass) {
        BOOST_TEST_REQUIRE(pass.has_value());
        note(breaker.answered(*pass, settings, now));
    }
    bool call(bool failed) {
        auto pass = begin();
        if (pass) end(pass, failed);
        return pass.has_value();
    }
    void open() {
        for (std::uint32_t i = 0; i < settings.threshold.in_a_row; ++i) BOOST_TEST_REQUIRE(call(true));
        BOOST_TEST_REQUIRE(breaker.state() == State::open);
    }
    void half_open() {
        open();
        now += settings.open;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_breaker)

BOOST_AUTO_TEST_CASE(closed_everything_passes) {
    Site site;
    for (int i = 0; i < 100; ++i) BOOST_TEST_REQUIRE(site.call(i % 3 != 0));  // never three in a row
    BOOST_TEST(site.breaker.closed());
    BOOST_TEST(site.changes.empty());
}

BOOST_AUTO_TEST_CASE(failures_in_a_row_open_it_and_nothing_passes) {
    Site site;
    site.open();
    BOOST_TEST(!site.breaker.lets_through(site.settings, site.now));
    BOOST_TEST((site.breaker.refuses_for(site.settings, site.now) == 10s));
    site.now += 9999ms;
    BOOST_TEST(!site.call(false));
    BOOST_TEST((site.breaker.refuses_for(site.settings, site.now) == 1ms));
    BOOST_TEST(site.changes == std::vector{State::open}, boost::test_tools::per_element());
    const auto view = site.breaker.view();
    BOOST_TEST(view.state == State::open);
    BOOST_TEST(view.opened == 1u);
    BOOST_TEST((view.since == net::TimePoint{1h}));
    BOOST_TEST((view.until == net::TimePoint{1h} + 10s));
}

BOOST_AUTO_TEST_CASE(a_share_of_failures_opens_it_and_is_told) {
    Site site;
    site.settings.threshold = {.in_a_row = 0, .rate = 0.5, .minimum = 10, .window = 10s};
    for (int i = 0; i < 9; ++i) site.call(i % 2 == 0);
    BOOST_TEST(site.breaker.closed());
    auto pass = site.begin();
    const auto change = site.breaker.end(*pass, true, site.settings, site.now);
    BOOST_TEST(bool(change));
    BOOST_TEST(change.lately.all == 10u);
    BOOST_TEST(change.lately.of_kind == 6u);
}

BOOST_AUTO_TEST_CASE(half_open_one_probe_passes_and_its_success_closes_it) {
    Site site;
    site.half_open();
    BOOST_TEST(site.breaker.lets_through(site.settings, site.now));
    auto probe = site.begin();
    BOOST_TEST(site.breaker.state() == State::half_open);
    BOOST_TEST(!site.begin().has_value());
    BOOST_TEST(!site.breaker.lets_through(site.settings, site.now));
    site.end(probe, false);
    BOOST_TEST(site.breaker.closed());
    BOOST_TEST(site.call(true));
    BOOST_TEST(site.breaker.closed());  // the failures that had opened it are forgotten
    const std::vector states{State::open, State::half_open, State::closed};
    BOOST_TEST(site.changes == states, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_probe_that_fails_opens_it_for_the_whole_time_again) {
    Site site;
    site.half_open();
    BOOST_TEST(site.call(true));
    BOOST_TEST(site.breaker.state() == State::open);
    BOOST_TEST((site.breaker.refuses_for(site.settings, site.now) == 10s));
    BOOST_TEST(site.breaker.opened() == 2u);
}

BOOST_AUTO_TEST_CASE(so_many_probes_at_a_time_and_successes_as_are_set) {
    Site site;
    site.settings.half_open = 2;
    site.half_open();
    auto first = site.begin(), second = site.begin();
    BOOST_TEST(!site.begin().has_value());
    site.end(first, false);
    BOOST_TEST(site.breaker.state() == State::half_open);
    auto third = site.begin();
    BOOST_TEST_REQUIRE(third.has_value());
    site.end(second, false);
    BOOST_TEST(site.breaker.closed());
    site.end(third, true);  // of the state before: nobody's business any more
    BOOST_TEST(site.breaker.view().in_a_row == 0u);
}

BOOST_AUTO_TEST_CASE(what_began_before_a_change_is_not_judged_after_it) {
    Site site;
    auto early = site.begin(), late = site.begin();
    site.half_open();
    site.end(early, false);  // closes nothing
    BOOST_TEST(site.breaker.state() == State::open);
    auto probe = site.begin();
    site.end(late, true);  // nor is it a probe that failed
    BOOST_TEST(site.breaker.state() == State::half_open);
    site.end(probe, false);
    BOOST_TEST(site.breaker.closed());
}

BOOST_AUTO_TEST_CASE(an_abandoned_probe_makes_room_and_says_nothing) {
    Site site;
    site.half_open();
    for (int i = 0; i < 3; ++i) {
        auto probe = site.begin();
        BOOST_TEST_REQUIRE(probe.has_value());
        site.breaker.abandon(*probe);
        BOOST_TEST(site.breaker.state() == State::half_open);
    }
    BOOST_TEST(site.call(false));
    BOOST_TEST(site.breaker.closed());
}

// Whoever uploads slowly, or hangs, keeps nobody out for longer than the breaker would.
BOOST_AUTO_TEST_CASE(a_probe_without_end_makes_way_for_another) {
    Site site;
    site.half_open();
    auto endless = site.begin();
    site.now += 9999ms;
    BOOST_TEST(!site.begin().has_value());
    site.now += 1ms;
    auto second = site.begin();
    BOOST_TEST_REQUIRE(second.has_value());
    BOOST_TEST(!site.begin().has_value());
    site.end(second, false);
    BOOST_TEST(site.breaker.closed());
    site.breaker.abandon(*endless);
    BOOST_TEST(site.breaker.closed());
}

// A body may take hours; a head is enough to close, and what comes of the body counts like anybody's.
BOOST_AUTO_TEST_CASE(the_head_of_a_probe_s_answer_decides) {
    Site site;
    site.settings.threshold.in_a_row = 1;
    site.half_open();
    auto probe = site.begin();
    site.answered(probe);
    BOOST_TEST(site.breaker.closed());
    site.end(probe, true);  // cut
    BOOST_TEST(site.breaker.state() == State::open);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_while_others_are_still_probed_opens_it) {
    Site site;
    site.settings.half_open = 2;
    site.half_open();
    auto probe = site.begin();
    site.answered(probe);
    BOOST_TEST(site.breaker.state() == State::half_open);
    site.end(probe, true);
    BOOST_TEST(site.breaker.state() == State::open);
}

BOOST_AUTO_TEST_CASE(a_head_that_comes_too_late_to_decide_decides_nothing) {
    Site site;
    site.half_open();
    auto first = site.begin();
    site.now += 10s;
    auto second = site.begin();
    site.end(second, true);
    BOOST_TEST(site.breaker.state() == State::open);
    site.answered(first);
    site.end(first, true);
    BOOST_TEST(site.breaker.state() == State::open);
    BOOST_TEST(site.breaker.opened() == 2u);
}

// Threads that begin and end calls at once: never more probes than are allowed, and every change is told to one of them.
BOOST_AUTO_TEST_CASE(threads_at_once_are_let_through_one_at_a_time) {
    Site site;
    site.half_open();
    std::atomic<int> probing{0}, most{0}, changes{0}, through{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 5000; ++i) {
                Breaker::Pass pass;
                Breaker::Change change;
                if (!site.breaker.begin(pass, change, site.settings, site.now)) continue;
                changes += bool(change);
                ++through;
                const int now = ++probing;
                for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {}
                --probing;
                site.breaker.abandon(pass);
            }
        });
    threads.clear();
    BOOST_TEST(through > 0);
    BOOST_TEST(most == 1);
    BOOST_TEST(changes == 1);
}

BOOST_AUTO_TEST_SUITE_END()
