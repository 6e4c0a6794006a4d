// tests/plugins/ratelimit/regions/regional_counters_test.cpp - what others admitted counts here, in the window that it
// belongs to.
#include "regions/regional_counters.h"

#include "support/background.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <deque>

using namespace tollgate::ratelimit;
using namespace tollgate::ratelimit::regions;
using namespace std::chrono_literals;
using tollgate::test::Background;

namespace {

constexpr WallTime midnight{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

Moment at(std::chrono::nanoseconds since_midnight) {
    return {Time{}, midnight + std::chrono::duration_cast<WallTime::duration>(since_midnight)};
}

// The minute that begins so many minutes after midnight.
Window minute(int number) {
    const auto begin = std::chrono::duration_cast<std::chrono::milliseconds>(midnight.time_since_epoch());
    return {begin.count() + (number + 1) * 60'000, 60'000};
}

struct Here {
    explicit Here(const Limit& l) : limit{l} {}
    Limit limit;
    RegionalCounters counters{limit.algorithm(), 1000, Secret{1, 2}, "here"};
    std::uint64_t alice = counters.hash("alice");

    Decision take(std::chrono::nanoseconds when, double cost = 1) {
        return counters.take(alice, {limit, limit.price(cost), at(when)});
    }
    int admitted(std::chrono::nanoseconds when, int asked = 100) {
        int admitted = 0;
        for (int i = 0; i < asked; ++i) admitted += take(when).admitted;
        return admitted;
    }
    void hear(const Window& window, std::uint64_t count, std::chrono::nanoseconds when, const char* node = "there") {
        counters.ledger().merge(node, {window, alice, count * 1000});
        counters.apply(at(when));
    }
};

const Limit fixed = Limit::windowed(Algorithm::fixed_window, 10, 1min);
const Limit sliding = Limit::windowed(Algorithm::sliding_window, 10, 1min);

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_regions_regional_counters)

BOOST_AUTO_TEST_CASE(both_counts_together_are_held_to_the_limit) {
    for (const Limit& limit : {fixed, sliding}) {
        Here here{limit};
        BOOST_TEST(here.admitted(1s, 3) == 3);
        here.hear(minute(0), 4, 2s);
        BOOST_TEST(here.admitted(3s) == 3);
        here.hear(minute(0), 9, 4s);  // more than the limit together
        const Decision refused = here.take(5s);
        BOOST_TEST(!refused.admitted);
        BOOST_TEST(refused.remaining == 0);
        if (limit == fixed) BOOST_TEST((refused.retry_after == 55s));
        BOOST_TEST(here.counters.of_others(here.alice, limit, refused) == 9000U);
    }
}

BOOST_AUTO_TEST_CASE(what_is_heard_before_the_first_request_counts) {
    Here here{fixed};
    here.hear(minute(0), 8, 2s);
    BOOST_TEST(here.admitted(3s) == 2);
    BOOST_TEST(here.admitted(61s) == 10);
}

BOOST_AUTO_TEST_CASE(what_is_heard_late_of_the_window_before_counts_by_its_share_where_windows_slide) {
    Here here{sliding};
    BOOST_TEST(here.admitted(60s, 1) == 1);
    here.hear(minute(0), 10, 61s);
    BOOST_TEST(here.admitted(90s) == 4);  // half of ten, and one
    Here strict{fixed};
    BOOST_TEST(strict.admitted(60s, 1) == 1);
    strict.hear(minute(0), 10, 61s);
    BOOST_TEST(strict.admitted(90s) == 9);
}

BOOST_AUTO_TEST_CASE(what_is_heard_of_a_new_window_takes_the_one_before_along) {
    Here here{sliding};
    BOOST_TEST(here.admitted(30s) == 10);
    here.hear(minute(1), 2, 60s);
    BOOST_TEST(here.admitted(90s) == 3);  // half of ten, and two
}

BOOST_AUTO_TEST_CASE(a_window_that_others_begin_early_begins_here_with_this_clock) {
    Here here{fixed};
    here.hear(minute(1), 6, 59s);
    BOOST_TEST(here.admitted(59s) == 10);
    here.counters.apply(at(60s));
    BOOST_TEST(here.admitted(60s) == 4);
}

BOOST_AUTO_TEST_CASE(what_is_admitted_is_noted_and_what_is_given_back_is_not_told) {
    Here here{fixed};
    const auto carrier = here.counters.carriers({"one"}).front();
    Decision last;
    for (int i = 0; i < 12; ++i) {
        const Decision decision = here.take(1s);
        if (decision.admitted) last = decision;
    }
    BOOST_TEST(here.take(1s, 0).admitted);  // free
    here.counters.note();
    BOOST_TEST(here.counters.ledger().known(minute(0), here.alice).own == 10'000U);
    BOOST_TEST(here.counters.ledger().unsaid(carrier, 10).size() == 1U);
    here.counters.give_back(here.alice, {fixed, fixed.price(1), at(2s)}, last.receipt);
    BOOST_TEST(here.admitted(2s) == 1);
    here.counters.note();
    BOOST_TEST(here.counters.ledger().known(minute(0), here.alice).own == 10'000U);
}

BOOST_AUTO_TEST_CASE(quotas_know_their_months) {
    Here here{Limit::quota(10, Calendar::month)};
    BOOST_TEST(here.admitted(1s, 4) == 4);
    here.counters.note();
    const auto sums = here.counters.ledger().sums();
    BOOST_REQUIRE(sums.size() == 1U);
    BOOST_TEST(sums[0].window.begin() == minute(0).begin());
    BOOST_TEST(sums[0].window.length == 31LL * 86'400'000);
    here.hear(sums[0].window, 5, 2s);
    BOOST_TEST(here.admitted(48h) == 1);
    Here other{here.limit};  // hears of it before its first request
    other.hear(sums[0].window, 5, 2s);
    BOOST_TEST(other.admitted(48h) == 5);
}

BOOST_AUTO_TEST_CASE(who_cannot_hear_of_all_others_admits_its_share_of_what_is_left) {
    for (const Limit& limit : {fixed, sliding, Limit::quota(10, Calendar::month)}) {
        Here here{limit};
        here.counters.set_share(400);  // four of ten
        here.counters.hold(false);
        BOOST_TEST(here.admitted(1s, 3) == 3);
        here.counters.hold(true);
        BOOST_TEST(here.counters.look(here.alice, {limit, 0, at(1s)}).remaining == 1);
        BOOST_TEST(here.admitted(1s) == 1);
        const Decision refused = here.take(1s);
        BOOST_TEST(!refused.admitted);
        BOOST_TEST(!here.counters.look(here.alice, {limit, 1000, at(1s)}).admitted);
        if (limit == fixed) BOOST_TEST((refused.retry_after == 59s));
        here.counters.hold(false);
        BOOST_TEST(here.admitted(1s, 2) == 2);
        here.counters.hold(true);
        BOOST_TEST(here.admitted(1s) == 0);
        here.counters.hold(false);
        BOOST_TEST(here.admitted(1s) == 4);
        here.counters.hold(true);
        if (limit == fixed) BOOST_TEST(here.admitted(61s) == 4);
    }
}

// While a changed rate is rolled out, others count in longer windows under the same name.
BOOST_AUTO_TEST_CASE(what_others_count_in_longer_windows_does_not_take_the_place_of_what_is_counted_here) {
    const Window hour{minute(59).end, 3'600'000};
    for (const Limit& limit : {fixed, sliding}) {
        Here here{limit};
        BOOST_TEST(here.admitted(1s, 6) == 6);
        for (std::uint64_t count = 1; count <= 5; ++count) here.hear(hour, count, 2s);
        BOOST_TEST(here.admitted(3s) == 4);
        for (std::uint64_t count = 6; count <= 9; ++count) here.hear(hour, count, 4s);
        BOOST_TEST(here.admitted(5s) == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_share_of_less_than_a_request_refuses_for_this_window_and_not_for_ever) {
    for (const Limit& limit : {Limit::windowed(Algorithm::fixed_window, 1, 1min),
                               Limit::windowed(Algorithm::sliding_window, 1, 1min), Limit::quota(1, Calendar::day)}) {
        Here here{limit};
        here.counters.set_share(500);
        const auto left = limit.calendar() == Calendar::none ? 20s : 24h - 40s;
        BOOST_TEST(!here.take(40s).admitted);
        BOOST_TEST((here.take(40s).retry_after == left));
        BOOST_TEST((here.counters.look(here.alice, {limit, 1000, at(40s)}).retry_after == left));
        BOOST_TEST((here.take(40s, 2).retry_after == Decision::never));
        here.counters.hold(false);
        BOOST_TEST(here.take(40s).admitted);
    }
}

BOOST_AUTO_TEST_CASE(how_far_it_was_with_a_carrier_is_forgotten_when_that_is_let_go) {
    Here here{fixed};
    const auto numbers = here.counters.carriers({"one", "other"});
    for (const std::size_t number : numbers) {
        here.counters.progress(number) = {"epoch", "7"};
        here.counters.exchanged(number) = 5;
    }
    const auto later = here.counters.carriers({"new", "other"});
    BOOST_TEST(later[1] == numbers[1]);
    BOOST_TEST(here.counters.progress(later[1]).cursor == "7");
    BOOST_TEST(here.counters.exchanged(later[1]) == 5);
    BOOST_TEST(here.counters.progress(later[0]).cursor == "0");
    BOOST_TEST(here.counters.progress(later[0]).epoch.empty());
    BOOST_TEST(here.counters.exchanged(later[0]) == 0);
}

BOOST_AUTO_TEST_CASE(a_share_that_is_left_is_no_use_where_others_have_spent_the_limit) {
    Here here{fixed};
    here.counters.set_share(500);
    here.hear(minute(0), 8, 1s);
    BOOST_TEST(here.admitted(1s) == 2);  // held from the beginning, and the limit is spent
    Decision last = here.take(61s);
    here.counters.give_back(here.alice, {fixed, fixed.price(1), at(61s)}, last.receipt);
    BOOST_TEST(here.admitted(61s) == 5);
}

// All loops count, one thread exchanges: what was admitted here and what was heard add up to the limit.
BOOST_AUTO_TEST_CASE(loops_decide_while_others_are_heard) {
    Here here{Limit::windowed(Algorithm::fixed_window, 100'000, 1min)};
    std::atomic<int> admitted{0};
    std::atomic<bool> over{false};
    {
        std::deque<Background> loops;
        for (int i = 0; i < 4; ++i)
            loops.emplace_back([&] {
                while (!over)
                    if (here.take(1s).admitted) ++admitted;
            });
        for (std::uint64_t count = 1; count <= 200; ++count) {
            here.hear(minute(0), count * 100, 1s);
            here.counters.note();
        }
        while (here.take(1s).admitted) ++admitted;
        over = true;
        for (auto& loop : loops) loop.wait();
    }
    here.counters.note();
    // Whoever heard the last of others had at most that much too much: nothing, where all came before the limit.
    const auto known = here.counters.ledger().known(minute(0), here.alice);
    BOOST_TEST(known.others == 20'000'000U);
    BOOST_TEST(known.own == std::uint64_t(admitted) * 1000);
    BOOST_TEST(admitted >= 80'000);
    BOOST_TEST(admitted <= 100'000);
}

BOOST_AUTO_TEST_SUITE_END()
