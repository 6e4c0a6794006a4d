// tests/core/commands/handover_test.cpp - what goes over, in order, and what an end that is gone looks like.
#include "commands/handover.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

using namespace tollgate::commands;
using namespace std::chrono_literals;

namespace {

const auto later = std::chrono::steady_clock::now() + 60s;

struct Ends {
    Ends() {
        int pair[2];
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
        one.emplace(pair[0]);
        two.emplace(pair[1]);
    }
    std::optional<Handover> one, two;
};

// An eventfd with a number in it: what comes out elsewhere is the same thing.
int marked(unsigned number) { return ::eventfd(number, EFD_CLOEXEC | EFD_NONBLOCK); }
std::uint64_t mark_of(int descriptor) {
    std::uint64_t number = 0;
    return ::read(descriptor, &number, sizeof number) == sizeof number ? number : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(commands_handover)

BOOST_AUTO_TEST_CASE(words_come_one_by_one_with_their_descriptors) {
    Ends ends;
    const int event = marked(7);
    ends.one->say("first");
    ends.one->say("second\nline", event);
    BOOST_TEST(ends.two->hear(later)->text == "first");
    const auto second = ends.two->hear(later);
    BOOST_TEST(second->text == "second\nline");
    BOOST_TEST(second->descriptor != event);
    BOOST_TEST(::fcntl(second->descriptor, F_GETFD) == FD_CLOEXEC);
    BOOST_TEST(mark_of(second->descriptor) == 7u);
    BOOST_TEST(!ends.two->hear(std::chrono::steady_clock::now()));
    BOOST_TEST(!ends.two->closed());
    ::close(event);
    ::close(second->descriptor);
}

BOOST_AUTO_TEST_CASE(who_has_gone_is_heard_of_by_both_ways) {
    Ends ends;
    ends.one->say("last");
    ends.one.reset();
    BOOST_TEST(ends.two->hear(later)->text == "last");
    BOOST_TEST(!ends.two->hear(later));
    BOOST_TEST(ends.two->closed());
    BOOST_CHECK_THROW(ends.two->say("anybody?"), std::system_error);
}

BOOST_AUTO_TEST_CASE(an_estate_arrives_as_it_was_given) {
    Ends ends;
    const int web = marked(1), lent = marked(2), log = marked(3);
    const std::string keys("\0\n\xff", 3);
    give(*ends.one, {{{"127.0.0.1:0", "", web, false}, {"", "web.socket", lent, true}}, keys, log});
    const Estate estate = receive(*ends.two, later);
    BOOST_REQUIRE(estate.sockets.size() == 2u);
    BOOST_TEST(estate.sockets[0].address == "127.0.0.1:0");
    BOOST_TEST(estate.sockets[0].name == "");
    BOOST_TEST(!estate.sockets[0].lent);
    BOOST_TEST(mark_of(estate.sockets[0].descriptor) == 1u);
    BOOST_TEST(estate.sockets[1].name == "web.socket");
    BOOST_TEST(estate.sockets[1].lent);
    BOOST_TEST(mark_of(estate.sockets[1].descriptor) == 2u);
    BOOST_TEST(estate.ticket_keys == keys);
    BOOST_TEST(mark_of(estate.log) == 3u);
    for (const int descriptor : {web, lent, log, estate.log, estate.sockets[0].descriptor, estate.sockets[1].descriptor})
        ::close(descriptor);
}

BOOST_AUTO_TEST_CASE(parts_that_are_not_known_are_passed_over) {
    Ends ends;
    const int event = marked(1);
    ends.one->say("heirloom\nfrom a newer program", event);
    ends.one->say("motto");
    ends.one->say("all");
    const Estate estate = receive(*ends.two, later);
    BOOST_TEST(estate.sockets.empty());
    BOOST_TEST(estate.log == -1);
    ::close(event);
}

BOOST_AUTO_TEST_CASE(half_an_estate_is_none) {
    Ends ends;
    ends.one->say("tickets\nkeys");
    ends.one.reset();
    BOOST_CHECK_THROW(receive(*ends.two, later), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
