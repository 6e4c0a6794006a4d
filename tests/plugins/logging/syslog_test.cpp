// tests/plugins/logging/syslog_test.cpp - messages to daemons of every kind, and to daemons that come and go.
#include "syslog.h"
#include "writer.h"

#include "destinations.h"

#include "support/temporary_folder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <regex>

using namespace tollgate::logging;
using namespace std::chrono_literals;
using tollgate::logging::test::Board;

namespace {

constexpr Writer::Times quick{.nap = 1ms, .first_retry = 1ms, .last_retry = 5ms, .grace = 2000ms};

// A socket that is listened at.
class Daemon {
public:
    Daemon(int family, int type, const std::string& path = {}) : type_{type} {
        descriptor_ = ::socket(family, type | SOCK_CLOEXEC, 0);
        BOOST_REQUIRE(descriptor_ >= 0);
        if (family == AF_UNIX) {
            sockaddr_un place{};
            place.sun_family = AF_UNIX;
            path.copy(place.sun_path, sizeof place.sun_path - 1);
            BOOST_REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0);
        } else {
            sockaddr_in place{};
            place.sin_family = AF_INET;
            place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            BOOST_REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0);
            socklen_t length = sizeof place;
            ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&place), &length);
            address = "127.0.0.1:" + std::to_string(ntohs(place.sin_port));
        }
        if (type == SOCK_STREAM) BOOST_REQUIRE(::listen(descriptor_, 8) == 0);
    }
    ~Daemon() {
        hang_up();
        ::close(descriptor_);
    }
    Daemon(const Daemon&) = delete;

    // The next datagram, or what a connection says up to a line's end.
    std::string message() {
        std::string text;
        if (type_ == SOCK_STREAM && connection_ < 0) {
            BOOST_REQUIRE(is_ready(descriptor_));
            connection_ = ::accept(descriptor_, nullptr, nullptr);
        }
        char piece[65536];
        do {
            const int from = type_ == SOCK_STREAM ? connection_ : descriptor_;
            BOOST_REQUIRE(is_ready(from));
            const ssize_t got = ::recv(from, piece, type_ == SOCK_STREAM ? 1 : sizeof piece, 0);
            BOOST_REQUIRE(got > 0);
            text.append(piece, std::size_t(got));
        } while (type_ == SOCK_STREAM && !text.ends_with('\n'));
        return text;
    }
    void hang_up() {
        if (connection_ >= 0) ::close(std::exchange(connection_, -1));
    }
    std::string address;

private:
    static bool is_ready(int descriptor) {
        pollfd wanted{descriptor, POLLIN, 0};
        return ::poll(&wanted, 1, int(tollgate::test::patience.count())) == 1;
    }
    const int type_;
    int descriptor_ = -1, connection_ = -1;
};

std::unique_ptr<Syslog> syslog_at(const std::string& where) {
    const auto address = SyslogAddress::parse(where);
    BOOST_REQUIRE(address);
    return std::make_unique<Syslog>("syslog", *address);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_syslog)

BOOST_AUTO_TEST_CASE(addresses_of_every_kind) {
    const auto udp = SyslogAddress::parse("udp://192.0.2.9:515"), tcp = SyslogAddress::parse("tcp://[2001:db8::1]"),
               name = SyslogAddress::parse("tcp://logs.example.com:601"), path = SyslogAddress::parse("/dev/log");
    BOOST_REQUIRE((udp && tcp && name && path));
    BOOST_TEST((udp->kind == SyslogAddress::Kind::udp && udp->host == "192.0.2.9" && udp->port == "515"));
    BOOST_TEST((tcp->kind == SyslogAddress::Kind::tcp && tcp->host == "2001:db8::1" && tcp->port == "514"));
    BOOST_TEST((name->host == "logs.example.com" && name->port == "601"));
    BOOST_TEST((path->kind == SyslogAddress::Kind::unix_socket && path->host == "/dev/log"));
    for (const char* wrong :
         {"", "log", "http://a", "udp://", "udp://a:", "udp://a:b", "udp://a:99999", "tcp://[::1", "udp://a/b"})
        BOOST_TEST(!SyslogAddress::parse(wrong), wrong);
    BOOST_TEST(!SyslogAddress::parse("/" + std::string(200, 'x')));
}

BOOST_AUTO_TEST_CASE(a_head_is_as_rfc_5424_has_it) {
    const SyslogHead head{"local0", "info", "my gate"};
    char text[512];
    const std::string written{text, head.put(text, std::chrono::system_clock::time_point{1769904000123456us})};
    BOOST_TEST(
        std::regex_match(written, std::regex{"<134>1 2026-02-01T00:00:00\\.123456Z [!-~]+ my_gate [0-9]+ access - "}),
        written);
    BOOST_CHECK_THROW((SyslogHead{"local9", "info", "x"}), std::invalid_argument);
    BOOST_CHECK_THROW((SyslogHead{"local0", "loud", "x"}), std::invalid_argument);
    const SyslogHead longest{"local7", "debug", std::string(1000, 'x')};
    BOOST_TEST(longest.put(text, {}) - text < 512);
}

BOOST_AUTO_TEST_CASE(a_message_is_a_datagram) {
    const tollgate::test::TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Daemon unix_daemon{AF_UNIX, SOCK_DGRAM, path}, udp_daemon{AF_INET, SOCK_DGRAM};
    for (auto& [daemon, where] :
         {std::pair<Daemon&, std::string>{unix_daemon, path}, {udp_daemon, "udp://" + udp_daemon.address}}) {
        Board board;
        Writer writer{syslog_at(where), 1, 1 << 16, board.tally(), quick};
        writer.write(0, "one\n");
        writer.write(0, "two\n");
        BOOST_TEST(daemon.message() == "one");
        BOOST_TEST(daemon.message() == "two");
        board.wait_written(2);
    }
}

BOOST_AUTO_TEST_CASE(a_message_is_a_line_of_a_stream) {
    const tollgate::test::TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Daemon unix_daemon{AF_UNIX, SOCK_STREAM, path}, tcp_daemon{AF_INET, SOCK_STREAM};
    for (auto& [daemon, where] :
         {std::pair<Daemon&, std::string>{unix_daemon, path}, {tcp_daemon, "tcp://" + tcp_daemon.address}}) {
        Board board;
        Writer writer{syslog_at(where), 1, 1 << 16, board.tally(), quick};
        writer.write(0, "one\n");
        writer.write(0, "two\n");
        BOOST_TEST(daemon.message() == "one\n");
        BOOST_TEST(daemon.message() == "two\n");
    }
}

BOOST_AUTO_TEST_CASE(a_datagram_that_is_too_long_is_cut) {
    Daemon daemon{AF_INET, SOCK_DGRAM};
    const auto syslog = syslog_at("udp://" + daemon.address);
    BOOST_REQUIRE(syslog->open() == 0);
    const std::string line(20'000, 'x');
    BOOST_TEST(syslog->write(line + "\nnext\n", {}) == 20'001);
    BOOST_TEST(syslog->write(line, "\n") == 20'001);
    BOOST_TEST(daemon.message() == std::string(Syslog::longest_datagram, 'x'));
    BOOST_TEST(daemon.message() == std::string(Syslog::longest_datagram, 'x'));
}

BOOST_AUTO_TEST_CASE(lines_wait_for_a_daemon_that_is_not_there_yet) {
    const tollgate::test::TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Board board;
    Writer writer{syslog_at(path), 1, 1 << 16, board.tally(), quick};
    writer.attach(&board, board.report());
    writer.write(0, "one\n");
    board.wait([](const Board& b) { return b.failed >= 2; });
    Daemon daemon{AF_UNIX, SOCK_DGRAM, path};
    BOOST_TEST(daemon.message() == "one");
    board.wait([](const Board& b) { return b.last_report == "syslog: written again; lines dropped meanwhile: 0"; });
}

BOOST_AUTO_TEST_CASE(a_name_whose_first_addresses_take_nothing_is_reached_by_another) {
    Daemon daemon{AF_INET, SOCK_STREAM};
    const auto address = SyslogAddress::parse("tcp://" + daemon.address);
    BOOST_REQUIRE(address);
    const auto three = [](const SyslogAddress& name, int type) {
        auto there = look_up(name, type).at(0);
        std::vector<SocketAddress> all(3, there);
        for (const std::uint32_t last : {2u, 3u})  // 127.0.0.2 and 127.0.0.3, where nobody listens
            reinterpret_cast<sockaddr_in&>(all[last - 2].address).sin_addr.s_addr = htonl(0x7f000000 + last);
        return all;
    };
    Board board;
    Writer writer{std::make_unique<Syslog>("syslog", *address, three), 1, 1 << 16, board.tally(), quick};
    writer.write(0, "one\n");
    BOOST_TEST(daemon.message() == "one\n");
    writer.write(0, "two\n");
    BOOST_TEST(daemon.message() == "two\n");
    board.wait_written(2);
    BOOST_TEST(board.failed == 2u);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_lost_is_made_anew_and_begins_with_a_line) {
    Daemon daemon{AF_INET, SOCK_STREAM};
    const auto syslog = syslog_at("tcp://" + daemon.address);
    BOOST_REQUIRE(syslog->open() == 0);
    BOOST_TEST(syslog->write("one\n", {}) == 4);
    BOOST_TEST(daemon.message() == "one\n");
    BOOST_TEST(syslog->write("the begin", {}) == 9);  // as where the kernel takes no more
    daemon.hang_up();
    // The kernel hears of it some time after: until then it takes what nobody reads.
    tollgate::test::wait_until("the loss is seen", [&] { return syslog->write("n", {}) < 0; });
    BOOST_TEST(!syslog->is_open());
    BOOST_REQUIRE(syslog->open() == 0);
    std::string_view rest = "ning\ntwo\n";
    tollgate::test::wait_until("all is taken", [&] {
        if (const ssize_t count = syslog->write(rest, {}); count > 0) rest.remove_prefix(std::size_t(count));
        return rest.empty();
    });
    BOOST_TEST(daemon.message() == "two\n");
}

BOOST_AUTO_TEST_SUITE_END()
