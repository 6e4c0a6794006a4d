// tests/core/store/wire_watch_test.cpp - sockets are shut down when their time is over, and others are not.
#include "store/wire_watch.h"

#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace tollgate::store;
using namespace std::chrono_literals;

namespace {

struct Wire {
    Wire() { BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0); }
    ~Wire() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Wire(const Wire&) = delete;
    operator int() const { return ends[0]; }
    bool shut() const {
        pollfd wait{ends[1], POLLRDHUP, 0};
        return ::poll(&wait, 1, 0) == 1;
    }
    int ends[2];
};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_wire_watch)

BOOST_AUTO_TEST_CASE(whose_time_is_over_is_shut_down_and_nobody_else) {
    const Wire late, patient, endless;
    WireWatch watch;
    watch.allow(endless, WireWatch::for_ever);
    watch.allow(patient, 1h);
    watch.allow(late, 10ms);
    tollgate::test::wait_until("it is given up", [&] { return watch.given_up(late); });
    BOOST_TEST(late.shut());
    BOOST_TEST(!watch.given_up(patient));
    BOOST_TEST(!watch.given_up(endless));
    BOOST_TEST(!patient.shut());
    BOOST_TEST(watch.forget(late));
    BOOST_TEST(!watch.forget(patient));
}

BOOST_AUTO_TEST_CASE(a_time_may_be_changed) {
    const Wire shorter, longer;
    WireWatch watch;
    watch.allow(shorter, 1h);
    watch.allow(longer, 1h);
    watch.allow(shorter, 10ms);
    tollgate::test::wait_until("it is given up", [&] { return watch.given_up(shorter); });
    // Too late: nobody comes back.
    watch.allow(shorter, 1h);
    BOOST_TEST(watch.given_up(shorter));
    BOOST_TEST(!watch.given_up(longer));
}

BOOST_AUTO_TEST_CASE(who_is_forgotten_is_left_alone) {
    const Wire forgotten, late;
    WireWatch watch;
    watch.allow(forgotten, 2s);
    BOOST_TEST(!watch.forget(forgotten));
    watch.allow(late, 2200ms);
    tollgate::test::wait_until("the other is given up", [&] { return watch.given_up(late); });
    BOOST_TEST(!forgotten.shut());
}

BOOST_AUTO_TEST_CASE(all_are_given_up_at_once_and_who_comes_after_too) {
    const Wire before, after;
    WireWatch watch;
    watch.allow(before, WireWatch::for_ever);
    watch.allow(-1, 1h);
    watch.give_up_all();
    BOOST_TEST(before.shut());
    watch.allow(after, 1h);
    BOOST_TEST(after.shut());
    BOOST_TEST(!watch.given_up(-1));
}

BOOST_AUTO_TEST_SUITE_END()
