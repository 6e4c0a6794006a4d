// tests/core/net/stream_test.cpp - awaiting reads and writes on a real socket pair, on a real loop.
#include "core/socket_end.h"
#include "net/connection.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

using namespace tollgate;
using namespace tollgate::net;
using namespace std::chrono_literals;

namespace {

// A loop on this thread, one end of a socket pair as a Connection on it, the other in the test's hand.
struct Pair {
    Pair() {
        int ends[2];
        BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        connection = std::make_unique<Connection>(loop, ends[0]);
        other = ends[1];
    }
    ~Pair() {
        connection.reset();
        if (other >= 0) close(other);
    }
    // Runs the task, and whatever else is posted, until the task has ended.
    void run(Task<void> task) {
        loop.spawn([](Task<void> inner, EventLoop& running) -> Task<void> {
            co_await inner;
            running.stop();
        }(std::move(task), loop));
        loop.run();
    }
    void say(std::string_view text) { BOOST_REQUIRE(write(other, text.data(), text.size()) == ssize_t(text.size())); }

    EventLoop loop{0};
    std::unique_ptr<Connection> connection;
    int other;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(net_stream)

BOOST_AUTO_TEST_CASE(read_waits_for_bytes) {
    Pair pair;
    std::array<char, 100> buffer;
    IoResult result;
    pair.loop.post([&] { pair.say("hello"); });
    pair.run([](Pair& p, std::array<char, 100>& into, IoResult& got) -> Task<void> {
        got = co_await p.connection->read(into, test::patience);
    }(pair, buffer, result));
    BOOST_TEST(bool(result));
    BOOST_TEST(std::string_view(buffer.data(), result.bytes) == "hello");
}

BOOST_AUTO_TEST_CASE(read_times_out) {
    const auto began = Clock::now();  // before the loop looks at its clock
    Pair pair;
    IoResult result;
    pair.run([](Pair& p, IoResult& got) -> Task<void> {
        std::array<char, 10> into;
        got = co_await p.connection->read(into, 20ms);
    }(pair, result));
    BOOST_TEST((result.kind == IoResult::Kind::timed_out));
    BOOST_TEST((Clock::now() - began >= 20ms));
}

BOOST_AUTO_TEST_CASE(read_sees_the_other_side_end) {
    Pair pair;
    IoResult first, second;
    pair.say("last words");
    shutdown(pair.other, SHUT_WR);
    pair.run([](Pair& p, IoResult& a, IoResult& b) -> Task<void> {
        std::array<char, 100> into;
        a = co_await p.connection->read(into, test::patience);
        b = co_await p.connection->read(into, test::patience);
    }(pair, first, second));
    BOOST_TEST(first.bytes == 10u);
    BOOST_TEST((second.kind == IoResult::Kind::ended));
}

BOOST_AUTO_TEST_CASE(write_goes_on_as_the_other_side_reads) {
    Pair pair;
    const std::string large(4 << 20, 'x');
    IoResult result;
    std::size_t received = 0;
    std::function<void()> drain = [&] {
        std::array<char, 65536> chunk;
        ssize_t got;
        while ((got = recv(pair.other, chunk.data(), chunk.size(), MSG_DONTWAIT)) > 0) received += std::size_t(got);
        if (received < large.size() + 6) pair.loop.post(drain);
    };
    pair.loop.post(drain);
    pair.run([](Pair& p, const std::string& text, IoResult& sent) -> Task<void> {
        const std::array<std::string_view, 3> pieces{"abc", text, "def"};
        sent = co_await p.connection->write(pieces, test::patience);
    }(pair, large, result));
    BOOST_TEST(bool(result));
    BOOST_TEST(result.bytes == large.size() + 6);
    std::array<char, 65536> chunk;
    ssize_t got;
    while ((got = recv(pair.other, chunk.data(), chunk.size(), MSG_DONTWAIT)) > 0) received += std::size_t(got);
    BOOST_TEST(received == large.size() + 6);
}

BOOST_AUTO_TEST_CASE(stream_that_never_waits_leaves_room_for_others) {
    Pair pair;
    int written = 0, written_when_others_ran = -1;
    pair.loop.post([&] {
        pair.loop.spawn([](Pair& p, int& count) -> Task<void> {
            std::array<char, 4096> sink;
            for (; count < 10'000; ++count) {
                co_await p.connection->write("x", test::patience);
                (void)recv(p.other, sink.data(), sink.size(), MSG_DONTWAIT);
            }
            p.loop.stop();
        }(pair, written));
        pair.loop.post([&] { written_when_others_ran = written; });
    });
    pair.loop.run();
    BOOST_TEST(written == 10'000);
    BOOST_TEST(written_when_others_ran >= 0);
    BOOST_TEST(written_when_others_ran < 1000);
}

BOOST_AUTO_TEST_CASE(write_times_out_when_nothing_is_taken) {
    Pair pair;
    const std::string large(8 << 20, 'x');
    IoResult result;
    pair.run([](Pair& p, const std::string& text, IoResult& sent) -> Task<void> {
        sent = co_await p.connection->write(text, 30ms);
    }(pair, large, result));
    BOOST_TEST((result.kind == IoResult::Kind::timed_out));
}

BOOST_AUTO_TEST_CASE(write_to_a_closed_end_fails) {
    Pair pair;
    close(pair.other);
    pair.other = -1;
    IoResult result;
    pair.run([](Pair& p, IoResult& sent) -> Task<void> { sent = co_await p.connection->write("x", test::patience); }(pair, result));
    BOOST_TEST((result.kind == IoResult::Kind::failed));
    BOOST_TEST(result.error == EPIPE);
}

BOOST_AUTO_TEST_CASE(interrupted_reader_wakes) {
    Pair pair;
    IoResult result;
    pair.loop.post([&] { pair.connection->interrupt_reading(); });
    pair.run([](Pair& p, IoResult& got) -> Task<void> {
        std::array<char, 10> into;
        got = co_await p.connection->read(into, test::patience);
    }(pair, result));
    BOOST_TEST((result.kind == IoResult::Kind::interrupted));
}

BOOST_AUTO_TEST_CASE(destroying_the_task_withdraws_its_read) {
    Pair pair;
    auto task = [](Pair& p) -> Task<void> {
        std::array<char, 10> into;
        co_await p.connection->read(into, test::patience);
        BOOST_ERROR("the task was destroyed");
    }(pair);
    task.start();
    BOOST_TEST(!pair.connection->idle());
    task = {};
    BOOST_TEST(pair.connection->idle());
    pair.say("nobody reads this");
    pair.loop.post([&] { pair.loop.stop(); });
    pair.loop.run();
}

BOOST_AUTO_TEST_CASE(owner_hears_that_the_connection_died) {
    struct Owner final : Stream::Owner {
        explicit Owner(Pair& p) : pair{p} {}
        void on_unawaited(bool died) override {
            if (!died) return;
            heard = true;
            pair.connection.reset();  // as a session does
            pair.loop.stop();
        }
        Pair& pair;
        bool heard = false;
    };
    Pair pair;
    Owner owner{pair};
    pair.connection->set_owner(&owner);
    pair.loop.post([&] {
        close(pair.other);
        pair.other = -1;
    });
    pair.loop.run();
    BOOST_TEST(owner.heard);
}

BOOST_AUTO_TEST_CASE(refused_connection_is_told) {
    EventLoop loop{0};
    IoResult result;
    const test::Deaf deaf;
    bool null = false;
    loop.spawn([](EventLoop& l, Poco::Net::SocketAddress to, IoResult& got, bool& none) -> Task<void> {
        none = co_await Connection::connect(l, to, test::patience, got) == nullptr;
        l.stop();
    }(loop, Poco::Net::SocketAddress{"127.0.0.1", deaf.port()}, result, null));
    loop.run();
    BOOST_TEST(null);
    BOOST_TEST(result.error == ECONNREFUSED);
}

BOOST_AUTO_TEST_CASE(million_awaits_that_do_not_wait_need_no_stack) {
    EventLoop loop{0};
    std::uint64_t sum = 0;
    loop.spawn([](EventLoop& l, std::uint64_t& total) -> Task<void> {
        const auto one = []() -> Task<std::uint64_t> { co_return 1; };
        for (int i = 0; i < 1'000'000; ++i) total += co_await one();
        l.stop();
    }(loop, sum));
    loop.run();
    BOOST_TEST(sum == 1'000'000u);
}

BOOST_AUTO_TEST_SUITE_END()
