// tests/core/upstream/roster_test.cpp - who may go out beside the others, panic, and what is told of it; by a clock
// that the test moves.
#include "upstream/roster.h"

#include "support/log.h"
#include "upstream/upstream.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace tollgate::upstream;
using namespace std::chrono_literals;

namespace {

struct Counted final : Counter {
    void add(std::uint64_t n) noexcept override { count += n; }
    std::uint64_t value() const noexcept override { return count; }
    std::uint64_t count = 0;
};

struct Site {
    log::Capture log;
    net::TimePoint now = net::Clock::now() + 1000h;  // so that no ejection is over by the real one
    std::shared_ptr<UpstreamState> state = std::make_shared<UpstreamState>();
    std::unique_ptr<Upstream> upstream;
    Counted passed, failed, ejections, spared;
    std::vector<std::shared_ptr<TargetState>> held;

    explicit Site(int targets) { configure(targets); }
    Roster& roster() { return state->roster; }
    // Another configuration of the same upstream, with so many targets.
    void configure(int targets, const std::function<void(Upstream&)>& change = {}) {
        auto made = std::make_unique<Upstream>();
        made->name = "orders";
        made->state = state;
        made->health.emplace();
        made->eject.emplace();
        RosterFigures figures{{}, &spared};
        for (int i = 0; i < targets; ++i) {
            std::string problem;
            const std::string address = "10.0.0.1:" + std::to_string(i + 1);
            made->targets.push_back(std::make_unique<UpstreamTarget>(*made, *net::Address::parse(address, problem), 1,
                                                                     state->target(address)));
            figures.targets.push_back({&passed, &failed, &ejections});
        }
        if (change) change(*made);
        roster().follow(*made, figures, now);
        for (const auto& target : made->targets) held.push_back(target->shared_state());
        upstream = std::move(made);
    }
    TargetState& target(std::size_t number) { return upstream->targets.at(number)->state(); }
    void check(std::size_t number, std::string_view results) {
        for (const char result : results)
            roster().checked(target(number), {result == '+', result == '+' ? "status 200" : "status 503"}, now += 1s);
    }
    void eject(std::size_t number) { roster().eject(target(number), "5 attempts failed in a row", now); }
    // "110": the third is out. As requests see it, but for the time.
    std::string in() {
        std::string all;
        for (const auto& t : upstream->targets) all += t->available() ? '1' : '0';
        return all;
    }
    int told(std::string_view text) const {
        int times = 0;
        for (const auto& line : log.lines()) times += line.message.find(text) != line.message.npos;
        return times;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_roster)

BOOST_AUTO_TEST_CASE(checks_take_out_and_bring_in_and_each_is_told_once) {
    Site site{2};
    site.check(0, "+------");
    BOOST_TEST(site.in() == "01");
    BOOST_TEST(site.told("orders: 10.0.0.1:1 is out: 3 checks failed in a row, the last: status 503") == 1);
    site.check(0, "+++");
    BOOST_TEST(site.in() == "11");
    BOOST_TEST(site.told("orders: 10.0.0.1:1 is in again after 5 s: 2 checks passed in a row") == 1);
    BOOST_TEST(site.told("is out") == 1);
    BOOST_TEST(site.told("is in again") == 1);
    BOOST_TEST(site.passed.count == 4u);
    BOOST_TEST(site.failed.count == 6u);
}

BOOST_AUTO_TEST_CASE(ejection_leaves_half_of_the_targets_in_and_one_in_any_case) {
    const auto ejectable = [](int targets, double most) {
        Site site{targets};
        site.configure(targets, [&](Upstream& upstream) { upstream.eject->most = most; });
        for (int i = 0; i < targets; ++i) site.eject(std::size_t(i));
        BOOST_TEST(site.ejections.count + site.spared.count == std::uint64_t(targets));
        return site.ejections.count;
    };
    BOOST_TEST(ejectable(1, 1) == 0u);
    BOOST_TEST(ejectable(2, 0.5) == 1u);
    BOOST_TEST(ejectable(2, 1) == 1u);
    BOOST_TEST(ejectable(3, 0.5) == 1u);
    BOOST_TEST(ejectable(4, 0.5) == 2u);
    BOOST_TEST(ejectable(10, 0.3) == 3u);
    BOOST_TEST(ejectable(10, 0.01) == 1u);
    BOOST_TEST(ejectable(10, 1) == 9u);
}

BOOST_AUTO_TEST_CASE(the_last_one_in_is_not_ejected_whoever_took_the_others_out) {
    Site site{3};
    site.check(0, "-");
    BOOST_TEST(site.roster().drain("10.0.0.1:2", true, site.now));
    site.eject(2);
    BOOST_TEST(site.in() == "001");
    BOOST_TEST(site.spared.count == 1u);
    BOOST_TEST(
        site.told("orders: 10.0.0.1:3 is not ejected, since too few others are in: 5 attempts failed in a row") == 1);
    site.eject(2);  // told once in the time of an ejection
    BOOST_TEST(site.spared.count == 2u);
    BOOST_TEST(site.told("is not ejected") == 1);
    site.now += 10s;
    site.eject(2);
    BOOST_TEST(site.told("is not ejected") == 2);
}

BOOST_AUTO_TEST_CASE(an_ejection_ends_with_its_time_and_makes_room_for_another) {
    Site site{2};
    site.eject(0);
    BOOST_TEST(site.told("orders: 10.0.0.1:1 is out: ejected for 10 s: 5 attempts failed in a row") == 1);
    site.eject(0);  // it is out already
    site.eject(1);
    BOOST_TEST(site.ejections.count == 1u);
    site.now += 9999ms;
    site.roster().end_ejections(site.now);
    BOOST_TEST((site.target(0).health.out() == Health::ejected));
    site.now += 1ms;
    site.eject(1);
    BOOST_TEST((site.target(0).health.out() == 0));
    BOOST_TEST((site.target(1).health.out() == Health::ejected));
    BOOST_TEST(site.told("orders: 10.0.0.1:1 is in again after 10 s: its ejection is over") == 1);
}

BOOST_AUTO_TEST_CASE(panic_takes_all_but_the_drained) {
    Site site{4};
    const auto panic_at = [&](double share) { site.configure(4, [&](Upstream& upstream) { upstream.panic = share; }); };
    panic_at(0.5);
    site.check(0, "-");
    site.check(1, "-");
    BOOST_TEST(site.in() == "0011");  // half is not fewer than half
    site.check(2, "-");
    BOOST_TEST(site.in() == "1111");
    BOOST_TEST(site.told("orders: panic: 1 of 4 targets in, which is too few: all are taken for being in") == 1);
    BOOST_TEST(site.roster().drain("10.0.0.1:1", true, site.now));
    BOOST_TEST(site.in() == "0111");
    BOOST_TEST(site.roster().drain("10.0.0.1:1", false, site.now));
    panic_at(0);
    BOOST_TEST(site.in() == "0001");
    BOOST_TEST(site.told("orders: no panic any more: 1 of 4 targets in") == 1);
    site.check(3, "---");
    BOOST_TEST(site.in() == "0000");
    panic_at(0.01);
    BOOST_TEST(site.in() == "1111");
}

BOOST_AUTO_TEST_CASE(what_is_drained_is_neither_wanted_nor_missed) {
    Site site{2};
    site.configure(2, [&](Upstream& upstream) { upstream.panic = 1; });
    BOOST_TEST(site.roster().drain("10.0.0.1:1", true, site.now));
    BOOST_TEST(!site.roster().panicking());
    BOOST_TEST(site.roster().drain("10.0.0.1:2", true, site.now));
    BOOST_TEST(!site.roster().panicking());
    BOOST_TEST(site.in() == "00");
    BOOST_TEST(!site.roster().drain("10.0.0.1:3", true, site.now));
    BOOST_TEST(site.roster().facts(site.target(0)).why_out == "drained by an operator");
}

BOOST_AUTO_TEST_CASE(another_configuration_changes_nothing_of_targets_in_both) {
    Site site{3};
    site.check(0, "-");
    site.eject(1);
    BOOST_TEST(site.roster().drain("10.0.0.1:3", true, site.now));
    const auto lines = site.log.lines().size();
    site.configure(4);
    BOOST_TEST(site.in() == "0001");
    site.configure(3);
    BOOST_TEST(site.in() == "000");
    BOOST_TEST(site.log.lines().size() == lines);
    site.check(0, "++");
    BOOST_TEST(site.in() == "100");
}

BOOST_AUTO_TEST_CASE(reasons_that_have_no_settings_any_more_end) {
    Site site{3};
    site.check(0, "-");
    site.eject(1);
    site.configure(3, [](Upstream& upstream) { upstream.health.reset(); });
    BOOST_TEST(site.in() == "101");
    BOOST_TEST(site.told("10.0.0.1:1 is in again after 0 ms: it is checked no more") == 1);
    site.check(0, "-");  // of a checker that did not end yet
    BOOST_TEST(site.in() == "101");
    site.configure(3, [](Upstream& upstream) { upstream.eject.reset(); });
    BOOST_TEST(site.in() == "111");
    site.eject(1);
    BOOST_TEST(site.in() == "111");
}

BOOST_AUTO_TEST_CASE(what_is_gone_from_the_configuration_is_left_alone_and_fresh_when_it_returns) {
    Site site{2};
    TargetState& gone = site.target(1);
    site.check(1, "-");
    site.configure(1);
    site.roster().checked(gone, {true, ""}, site.now);
    site.roster().eject(gone, "no matter", site.now);
    BOOST_TEST((gone.health.out() == Health::down));
    site.configure(2);
    BOOST_TEST(&site.target(1) == &gone);
    BOOST_TEST(site.in() == "11");
}

BOOST_AUTO_TEST_CASE(a_target_that_is_new_beside_others_begins_slowly) {
    Site site{1};
    const auto slow = [](Upstream& upstream) { upstream.slow_start = 10s; };
    site.configure(3, slow);
    const auto warmth = [&](std::size_t number) { return site.target(number).health.warmth(10s, site.now + 5s); };
    BOOST_TEST(warmth(0) == 1);
    BOOST_TEST(warmth(1) == 0.5);
    BOOST_TEST(warmth(2) == 0.5);
}

BOOST_AUTO_TEST_CASE(checks_go_on_where_they_were_unless_something_else_is_asked) {
    Site site{2};
    const auto wait = [&](std::size_t number) { return site.roster().until_check(site.target(number), 5s, site.now); };
    BOOST_TEST((wait(0) == 0s));
    site.check(0, "+");
    BOOST_TEST((wait(0) == 5s));
    site.now += 2s;
    site.configure(2);
    BOOST_TEST((wait(0) == 3s));
    BOOST_TEST((wait(1) == 0s));
    site.now += 1h;
    BOOST_TEST((wait(0) == 0s));
    site.check(0, "+");
    site.configure(2, [](Upstream& upstream) { upstream.health->path = "/other"; });
    BOOST_TEST((wait(0) == 0s));
}

BOOST_AUTO_TEST_CASE(failed_attempts_eject_by_their_threshold_and_what_was_given_up_counts_for_nothing) {
    Site site{2};
    site.configure(2, [](Upstream& upstream) { upstream.eject->time = upstream.eject->longest = 1h; });
    const UpstreamTarget& target = *site.upstream->targets[0];
    const auto attempts = [&](int count, AttemptEnd end) {
        for (int i = 0; i < count; ++i) {
            auto pass = target.begin_attempt();
            BOOST_TEST_REQUIRE(bool(pass));
            target.end_attempt(pass, end);
        }
    };
    attempts(4, {Outcome::reset, 0});
    attempts(50, {Outcome::abandoned, 0});
    attempts(1, {Outcome::answered, 404});
    attempts(4, {Outcome::answered, 503});
    BOOST_TEST(site.in() == "11");
    attempts(1, {Outcome::answered, 503});
    BOOST_TEST((target.state().health.out() == Health::ejected));
    BOOST_TEST(!target.begin_attempt());
    BOOST_TEST(site.told("is out: ejected for 1 h: 5 attempts failed in a row, the last: status 503") == 1);
    BOOST_TEST(site.roster().facts(target.state()).why_out ==
               "ejected: 5 attempts failed in a row, the last: status 503");
}

BOOST_AUTO_TEST_CASE(a_share_of_failed_attempts_ejects_too) {
    Site site{2};
    site.configure(2, [](Upstream& upstream) {
        upstream.eject->threshold = {0, 0.5, 10, 1h};
        upstream.eject->time = upstream.eject->longest = 1h;
    });
    const UpstreamTarget& target = *site.upstream->targets[0];
    for (int i = 0; i < 5; ++i) {
        for (const auto outcome : {Outcome::answered, Outcome::timeout}) {
            auto pass = target.begin_attempt();
            BOOST_TEST_REQUIRE(bool(pass));
            target.end_attempt(pass, {outcome, 200});
        }
    }
    BOOST_TEST(!target.begin_attempt());
    BOOST_TEST(site.told("5 of 10 attempts failed within 1 h, the last: no answer in time") == 1);
}

// What TSan is to see: readers without a lock beside all that changes.
BOOST_AUTO_TEST_CASE(many_threads_may_report_and_ask_at_once) {
    Site site{4};
    std::atomic<bool> over{false};
    std::atomic<int> asked{0};
    std::thread reader{[&] {
        while (!over) {
            for (const auto& target : site.upstream->targets) asked += target->available();
            (void)site.roster().facts(site.target(0));
        }
    }};
    std::vector<std::thread> writers;
    for (std::size_t number = 0; number < 4; ++number)
        writers.emplace_back([&, number] {
            auto time = site.now;
            for (int i = 0; i < 500; ++i) {
                site.roster().checked(site.target(number), {i % 7 > 3, "status 503"}, time += 1s);
                site.roster().eject(site.target(number), "no matter", time);
                site.roster().drain("10.0.0.1:" + std::to_string(number + 1), i % 5 == 0, time);
            }
            site.roster().drain("10.0.0.1:" + std::to_string(number + 1), false, time);
        });
    for (auto& writer : writers) writer.join();
    over = true;
    reader.join();
    BOOST_TEST(asked >= 0);
    for (std::size_t number = 0; number < 4; ++number)
        BOOST_TEST((site.target(number).health.out() & Health::drained) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
