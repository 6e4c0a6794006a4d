// tests/core/upstream/health_test.cpp - one target's way out and in again, by a clock that the test moves.
#include "upstream/health.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;
using namespace tollgate::upstream;
using namespace std::chrono_literals;

namespace {

struct Site {
    net::TimePoint now{1h};
    Health health;
    CheckSettings checks;  // rise 2, fall 3
    EjectSettings eject;   // 10 s, at most 5 min

    Site() { health.begin(false, now); }
    // "+" for a check that passes, "-" for one that fails; "1" after each where the target is in then, else "0".
    std::string after(std::string_view results) {
        std::string in;
        for (const char result : results) {
            now += 1s;
            health.check({result == '+', result == '+' ? "status 200" : "status 503"}, checks, now);
            in += health.out() == 0 ? '1' : '0';
        }
        return in;
    }
    net::Duration ejected() { return health.eject("5 attempts failed in a row", eject, now); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_health)

BOOST_AUTO_TEST_CASE(what_nobody_has_checked_is_in) {
    Site site;
    BOOST_TEST(site.health.out() == 0);
    BOOST_TEST((site.health.facts().checked == Health::Checked::never));
    BOOST_TEST(site.health.warmth(30s, site.now) == 1);
}

BOOST_AUTO_TEST_CASE(the_first_check_decides_at_once) {
    Site failing, passing;
    BOOST_TEST(failing.after("-") == "0");
    BOOST_TEST(failing.health.facts().why_out == "the first check failed: status 503");
    BOOST_TEST(passing.after("+--") == "111");
}

BOOST_AUTO_TEST_CASE(fall_checks_in_a_row_take_it_out_and_rise_bring_it_in) {
    Site site;
    BOOST_TEST(site.after("+--+---") == "1111110");
    BOOST_TEST(site.health.facts().why_out == "3 checks failed in a row, the last: status 503");
    BOOST_TEST(site.after("-+-++-") == "000011");
    BOOST_TEST(site.health.facts().why_out == "");
    BOOST_TEST(site.health.facts().passed == 5u);
    BOOST_TEST(site.health.facts().failed == 8u);
    BOOST_TEST(site.health.facts().found == "status 503");
    BOOST_TEST(site.health.facts().in_a_row == 1u);
}

BOOST_AUTO_TEST_CASE(a_reason_that_is_gone_leaves_the_others) {
    Site site;
    site.health.drain(true, site.now);
    BOOST_TEST(site.after("-") == "0");
    BOOST_TEST(site.health.facts().why_out == "drained by an operator; the first check failed: status 503");
    BOOST_TEST(site.after("++") == "00");
    BOOST_TEST(site.health.out() == Health::drained);
    site.health.drain(false, site.now);
    BOOST_TEST(site.health.out() == 0);
    site.health.drain(false, site.now);  // a second time changes nothing
    BOOST_TEST(site.health.out() == 0);
}

BOOST_AUTO_TEST_CASE(since_is_when_it_went_out_and_not_when_another_reason_came) {
    Site site;
    site.now += 1min;
    const auto went_out = site.now;
    site.health.drain(true, site.now);
    site.after("-");
    BOOST_TEST((site.health.facts().since == went_out));
    site.health.drain(false, site.now);
    BOOST_TEST((site.health.facts().since == went_out));
    site.after("++");
    BOOST_TEST((site.health.facts().since == site.now));
}

BOOST_AUTO_TEST_CASE(each_ejection_is_longer_up_to_the_longest) {
    Site site;
    for (int times = 1; times <= 40; ++times) {
        const auto length = site.ejected();
        BOOST_TEST((length == std::min<net::Duration>(times * 10s, 5min)), times);
        BOOST_TEST(!site.health.ejection_over(site.now + length - 1ns));
        BOOST_TEST(site.health.ejection_over(site.now + length));
        site.now += length;
        site.health.end_ejection(site.now);
        BOOST_TEST(site.health.out() == 0);
    }
    BOOST_TEST(site.health.facts().ejections == 40u);
}

BOOST_AUTO_TEST_CASE(time_without_an_ejection_makes_the_next_one_shorter) {
    Site site;
    const auto eject_and_end = [&] {
        const auto length = site.ejected();
        site.now += length;
        site.health.end_ejection(site.now + 3s);  // noticed late: counted from when it was over
        return length;
    };
    eject_and_end();
    eject_and_end();
    BOOST_TEST((eject_and_end() == 30s));
    site.now += 9999ms;
    BOOST_TEST((eject_and_end() == 40s));
    site.now += 20s;
    BOOST_TEST((eject_and_end() == 30s));
    site.now += 24h;
    BOOST_TEST((eject_and_end() == 10s));
}

BOOST_AUTO_TEST_CASE(coming_in_by_checks_ends_an_ejection_but_a_passing_check_alone_does_not) {
    Site site;
    site.after("+");
    site.ejected();
    BOOST_TEST(site.after("++++") == "0000");
    BOOST_TEST(site.after("---") == "000");
    BOOST_TEST(site.health.facts().why_out ==
               "3 checks failed in a row, the last: status 503; ejected: 5 attempts failed in a row");
    BOOST_TEST(site.after("++") == "01");
}

BOOST_AUTO_TEST_CASE(it_warms_up_from_when_it_came_in) {
    Site site;
    site.after("-++");
    const auto warmth = [&](net::Duration later) { return site.health.warmth(30s, site.now + later); };
    BOOST_TEST(warmth(0s) == 0.1);
    BOOST_TEST(warmth(15s) == 0.5);
    BOOST_TEST(warmth(27s) == 0.9);
    BOOST_TEST(warmth(30s) == 1);
    BOOST_TEST(warmth(24h) == 1);
    BOOST_TEST(site.health.warmth(0s, site.now) == 1);
}

BOOST_AUTO_TEST_CASE(it_begins_cold_beside_others_and_warm_without) {
    Health beside, alone;
    beside.begin(true, net::TimePoint{1h});
    alone.begin(false, net::TimePoint{1h});
    BOOST_TEST(beside.warmth(10s, net::TimePoint{1h + 4s}) == 0.4);
    BOOST_TEST(alone.warmth(10s, net::TimePoint{1h}) == 1);
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_does_not_come_back_by_itself) {
    Site site;
    site.after("-");
    site.health.forget_checks(site.now);
    BOOST_TEST(site.health.out() == 0);
    BOOST_TEST((site.health.facts().checked == Health::Checked::never));
    BOOST_TEST(site.after("-") == "0");  // the first one again
    site.health.drain(true, site.now);
    site.ejected();
    site.health.begin(false, site.now);
    BOOST_TEST(site.health.out() == 0);
    BOOST_TEST(site.health.warmth(30s, site.now) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
