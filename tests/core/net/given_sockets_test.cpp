// tests/core/net/given_sockets_test.cpp - which given socket is for which address, and what is no such socket.
#include "net/given_sockets.h"

#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>

using namespace tollgate;
using net::GivenSockets;
using Poco::Net::ServerSocket;
using Poco::Net::SocketAddress;

namespace {

// A descriptor of its own.
int listening(const SocketAddress& where) {
    ServerSocket socket;
    if (where.family() == Poco::Net::AddressFamily::IPv6) socket.bind6(where, true, false, false);
    else socket.bind(where, true, false);
    socket.listen(1);
    return ::fcntl(int(socket.impl()->sockfd()), F_DUPFD, 0);
}

net::Address address(const std::string& text) {
    std::string problem;
    return net::Address::parse(text, problem).value();
}

std::uint16_t port_of(int descriptor) {
    return net::server_socket(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)).address().port();
}

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(net_given_sockets)

BOOST_AUTO_TEST_CASE(an_address_finds_the_socket_that_is_bound_to_it) {
    GivenSockets given;
    const int one = listening(SocketAddress{"127.0.0.1", 0}), two = listening(SocketAddress{"::1", 0});
    const auto port = std::to_string(port_of(two));
    BOOST_TEST(given.add({"", "one", one, false}) == "");
    BOOST_TEST(given.add({"", "two", two, false}) == "");
    BOOST_TEST(given.take(address("127.0.0.1:" + port)).descriptor == -1);
    BOOST_TEST(given.take(address("[::1]:" + port)).descriptor == two);
    BOOST_TEST(given.take(address("[::1]:" + port)).descriptor == -1);  // it is taken
    BOOST_REQUIRE(given.left_over().size() == 1u);
    BOOST_TEST(given.left_over()[0] == "127.0.0.1:" + std::to_string(port_of(one)) + " (one)");
    given.close_left_over();
    BOOST_TEST(!is_open(one));
    BOOST_TEST(is_open(two));
    ::close(two);
}

BOOST_AUTO_TEST_CASE(the_words_of_who_gave_it_find_a_port_that_the_kernel_chose) {
    GivenSockets given;
    const int one = listening(SocketAddress{"127.0.0.1", 0});
    BOOST_TEST(given.add({"127.0.0.1:0", "", one, false}) == "");
    BOOST_TEST(given.take(address("127.0.0.1:0")).descriptor == one);
    ::close(one);
}

BOOST_AUTO_TEST_CASE(every_address_is_one_socket_of_either_family) {
    for (const char* const any : {"::", "0.0.0.0"}) {
        GivenSockets given;
        const int one = listening(SocketAddress{any, 0});
        const auto port = std::to_string(port_of(one));
        BOOST_TEST(given.add({"", "", one, false}) == "");
        BOOST_TEST(given.take(address("127.0.0.1:" + port)).descriptor == -1);
        BOOST_TEST(given.take(address("*:" + port)).descriptor == one);
        ::close(one);
    }
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_known_by_its_path) {
    const test::TemporaryFolder folder;
    const std::string path = (folder / "gate.sock").string();
    GivenSockets given;
    const int one = listening(SocketAddress{SocketAddress::UNIX_LOCAL, path});
    BOOST_TEST(given.add({"", "", one, false}) == "");
    BOOST_TEST(given.take(address("unix:" + path + "2")).descriptor == -1);
    BOOST_TEST(given.take(address("unix:" + path)).descriptor == one);
    ::close(one);
}

BOOST_AUTO_TEST_CASE(what_is_lent_stays_and_can_be_had_again) {
    GivenSockets given;
    const int one = listening(SocketAddress{"127.0.0.1", 0});
    const auto where = address("127.0.0.1:" + std::to_string(port_of(one)));
    BOOST_TEST(given.add({"", "web.socket", one, true}) == "");
    BOOST_TEST(given.left_over().size() == 1u);
    for (int time = 0; time < 2; ++time) {
        const auto found = given.take(where);
        BOOST_TEST(found.lent);
        BOOST_TEST(found.descriptor != one);
        BOOST_TEST(port_of(found.descriptor) == where.port());
        ::close(found.descriptor);
    }
    BOOST_TEST(given.left_over().empty());
    BOOST_TEST(given.unserved({where.text()}).empty());
    BOOST_REQUIRE(given.unserved({"127.0.0.1:1"}).size() == 1u);
    BOOST_TEST(given.unserved({"127.0.0.1:1"})[0] == where.text() + " (web.socket)");
    given.close_left_over();
    BOOST_REQUIRE(given.lent().size() == 1u);
    BOOST_TEST(given.lent()[0].descriptor == one);
    BOOST_TEST(is_open(one));
}

BOOST_AUTO_TEST_CASE(what_does_not_listen_is_refused_and_closed) {
    GivenSockets given;
    const int datagrams = ::socket(AF_INET, SOCK_DGRAM, 0), idle = ::socket(AF_INET, SOCK_STREAM, 0);
    const std::string said = given.add({"", "dns.socket", datagrams, true});
    BOOST_TEST(said == "descriptor " + std::to_string(datagrams) +
                           " (dns.socket): expected a socket that listens for streams, got something else");
    BOOST_TEST(given.add({"", "", idle, true}).ends_with("expected a socket that listens for streams, got something else"));
    BOOST_TEST(given.add({"", "", 1'000'000, true}) == "descriptor 1000000: Bad file descriptor");
    BOOST_TEST(!is_open(datagrams));
    BOOST_TEST(!is_open(idle));
    BOOST_TEST(given.size() == 0u);
}

BOOST_AUTO_TEST_CASE(variables_for_another_process_are_no_concern_and_go) {
    ::setenv("LISTEN_FDS", "3", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid() + 1).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", "a:b:c", 1);
    GivenSockets given;
    BOOST_TEST(given.take_from_environment().empty());
    BOOST_TEST(given.size() == 0u);
    for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) BOOST_TEST(!std::getenv(name));
}

BOOST_AUTO_TEST_SUITE_END()
