// tests/core/admin/head_deadline_test.cpp - heads that are late are cut, those that were read are left alone.
#include "admin/head_deadline.h"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

struct Pair {
    Pair() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0); }
    ~Pair() {
        for (const int end : ends) ::close(end);
    }
    bool is_cut_within(std::chrono::milliseconds time) const {
        pollfd readable{ends[1], POLLIN, 0};
        char byte = 0;
        return ::poll(&readable, 1, int(time.count())) == 1 && ::read(ends[1], &byte, 1) == 0;
    }
    std::array<int, 2> ends{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_head_deadline)

BOOST_AUTO_TEST_CASE(a_head_that_does_not_come_in_time_is_cut) {
    const Pair pair;
    admin::HeadDeadline deadline{50ms};
    const admin::HeadDeadline::Serving serving{deadline, pair.ends[0]};
    BOOST_TEST(pair.is_cut_within(60s));
}

BOOST_AUTO_TEST_CASE(who_has_sent_its_head_may_take_any_time) {
    const Pair read, served, late;
    admin::HeadDeadline deadline{1s};
    {
        const admin::HeadDeadline::Serving serving{deadline, read.ends[0]};
        deadline.head_is_read();
    }
    { const admin::HeadDeadline::Serving serving{deadline, served.ends[0]}; }
    const admin::HeadDeadline::Serving serving{deadline, late.ends[0]};
    BOOST_TEST(late.is_cut_within(60s));  // so the others would have been
    BOOST_TEST(!read.is_cut_within(0s));
    BOOST_TEST(!served.is_cut_within(0s));
}

BOOST_AUTO_TEST_SUITE_END()
