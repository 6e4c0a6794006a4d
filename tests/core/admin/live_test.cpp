// tests/core/admin/live_test.cpp - watchers over pairs of sockets: what they are told, and who is dropped.
#include "admin/live.h"

#include "plugins/metrics.h"
#include "support/connection.h"
#include "support/deadline.h"
#include "support/log.h"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <thread>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A frame as it came, in text; "" at the end.
std::string next(Connection& end) {
    const std::string head = end.read_some(1);
    if (head.empty()) return {};
    const auto opcode = static_cast<unsigned char>(head[0]) & 0x0F;
    std::size_t size = static_cast<unsigned char>(end.read_exactly(1)[0]);
    if (size >= 126) {
        const std::string length = end.read_exactly(size == 126 ? 2 : 8);
        size = 0;
        for (const char c : length) size = size << 8 | static_cast<unsigned char>(c);
    }
    const std::string payload = size ? end.read_exactly(size) : std::string{};
    return opcode == 1 ? payload : opcode == 8 ? "close " + payload : "control " + payload;
}

std::string next_with(Connection& end, std::string_view part) {
    for (;;) {
        const std::string one = next(end);
        if (one.empty()) throw ConnectionError{"ended without " + std::string{part}};
        if (has(one, part)) return one;
    }
}

struct Site {
    explicit Site(admin::Live::Limits limits = {}) : live{{feed, [] { return std::string{"\"in_flight\":3"}; },
                                                            [this] {
                                                                const std::lock_guard lock{mutex};
                                                                return access;
                                                            },
                                                            "here", metrics.counter("dropped", "d")},
                                                           limits} {
        feed.start({&outlet});
    }
    void end(int status, std::string_view path) {
        const auto now = std::chrono::steady_clock::now();
        if (!outlet.count({status, 1ms, 10us, 0, 0}, now)) return;
        history::RecordView record;
        record.status = status;
        record.path = path;
        record.began = std::chrono::system_clock::now();
        outlet.tell(record, 0);
    }
    int watch(admin::Wish wish = {}) {
        int pair[2];
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
        if (live.watch(pair[1], std::move(wish))) return pair[0];
        ::close(pair[0]);
        ::close(pair[1]);
        return -1;
    }
    admin::Wish wish(const std::string& query) {
        admin::Wish wish;
        BOOST_TEST(wish.read(query) == "");
        return wish;
    }
    log::Capture log;
    std::mutex mutex;
    admin::Access access;
    plugins::Metrics metrics{1};
    history::Outlet outlet;
    history::Feed feed;
    admin::Live live;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_live)

BOOST_AUTO_TEST_CASE(a_wish_is_read_from_a_query) {
    admin::Wish wish;
    BOOST_TEST(wish.read("only=requests&status=5xx&path=%2Forders&recent=20") == "");
    BOOST_TEST(wish.requests);
    BOOST_TEST(!wish.seconds);
    BOOST_TEST(wish.recent == 20u);
    BOOST_TEST(wish.filter.status_from == 500);
    BOOST_TEST(*wish.filter.path == "/orders");
    BOOST_TEST(wish.read("only=minutes") == "only: expected requests or seconds, got \"minutes\"");
    BOOST_TEST(wish.read("recent=201") == "recent: expected a number from 0 to 200, got \"201\"");
    BOOST_TEST(wish.read("recent=") != "");
    BOOST_TEST(wish.read("status=9") == "status: expected a status (429), a class (5xx) or a range (400-499), got \"9\"");
    BOOST_TEST(wish.read("stauts=9") == "\"stauts\" is nothing to filter by; did you mean \"status\"?");
}

BOOST_AUTO_TEST_CASE(who_watches_is_told_of_requests_and_seconds) {
    Site site;
    Connection one{site.watch()};
    const std::string hello = next(one);
    BOOST_TEST(has(hello, R"({"type":"hello","version":")"));
    BOOST_TEST(has(hello, R"("instance":"here")"));
    BOOST_TEST(has(hello, R"("interval_ms":1000,"recent":0})"));
    site.end(200, "/first");
    BOOST_TEST(has(next_with(one, "request"), R"("path":"/first")"));
    const std::string second = next_with(one, R"("requests":1,)");
    BOOST_TEST(has(second, R"({"type":"second","time":")"));
    BOOST_TEST(has(second, R"("ok":1,"limited":0,"refused":0,"failed":0,"in_flight":3,"p50_ms":)"));
    BOOST_TEST(second.ends_with(R"("sampled_out":0})"));
    BOOST_TEST(has(next_with(one, R"("requests":0,)"), R"("p50_ms":null)"));
}

BOOST_AUTO_TEST_CASE(each_is_told_what_it_wishes) {
    Site site;
    site.end(503, "/before");
    site.end(200, "/fine");
    Connection failures{site.watch(site.wish("only=requests&status=5xx&recent=10"))};
    Connection seconds{site.watch(site.wish("only=seconds"))};
    Connection orders{site.watch(site.wish("path=/orders&only=requests"))};
    BOOST_TEST(has(next(failures), "hello"));
    BOOST_TEST(has(next(orders), "hello"));
    BOOST_TEST(has(next(seconds), "hello"));
    BOOST_TEST(has(next(failures), "/before"));
    site.end(200, "/orders/1");
    site.end(500, "/x");
    BOOST_TEST(has(next(failures), "/x"));
    BOOST_TEST(has(next(orders), "/orders/1"));
    BOOST_TEST(has(next(seconds), R"("type":"second")"));
}

BOOST_AUTO_TEST_CASE(what_is_beyond_the_budget_is_counted) {
    admin::Live::Limits limits;
    limits.records = 5;
    Site site{limits};
    Connection one{site.watch()};
    next_with(one, R"("requests":0,)");  // its budget begins anew
    for (int i = 0; i < 20; ++i) site.end(200, "/x");
    int told = 0, ended = 0, seconds = 0;
    while (ended < 20) {
        const std::string message = next(one);
        told += has(message, "/x");
        const auto requests = message.find(R"("requests":)");
        if (!has(message, R"("type":"second")") || requests == message.npos) continue;
        const int of_it = std::stoi(message.substr(requests + 11));
        ended += of_it;
        seconds += of_it > 0;
    }
    // A second may have ended between them.
    BOOST_TEST(ended == 20);
    BOOST_TEST(told >= 5);
    BOOST_TEST(told <= 5 * (seconds + 1));
}

BOOST_AUTO_TEST_CASE(who_does_not_read_is_dropped_and_others_are_told) {
    admin::Live::Limits limits;
    limits.queue = 8 << 10;
    Site site{limits};
    Connection reads{site.watch()};
    Connection sleeps{site.watch()};
    next(reads);
    const std::string path(500, 'x');
    wait_until("the sleeper is dropped", [&] {
        site.end(200, path);
        while (reads.buffered() || !reads.silent_for(1ms)) next(reads);
        return site.metrics.counter("dropped", "d").value() == 1;
    });
    site.end(200, "/after");
    BOOST_TEST(has(next_with(reads, "/after"), "/after"));
    BOOST_TEST(site.live.watchers() == 1u);
    wait_until("it is told", [&] { return site.log.has("watched and did not read: dropped"); });
}

BOOST_AUTO_TEST_CASE(who_answers_no_ping_is_dropped) {
    admin::Live::Limits limits;
    limits.ping_every = 10ms;
    limits.silence = 2500ms;
    Site site{limits};
    Connection one{site.watch(site.wish("only=requests"))};
    next(one);
    BOOST_TEST(next(one) == "control ");
    BOOST_CHECK(one.wait_for_end() != End::timed_out);
    wait_until("nobody watches", [&] { return site.live.watchers() == 0; });
    BOOST_TEST(site.metrics.counter("dropped", "d").value() == 1u);
}

BOOST_AUTO_TEST_CASE(there_is_room_for_so_many) {
    admin::Live::Limits limits;
    limits.watchers = 2;
    Site site{limits};
    Connection one{site.watch()};
    {
        Connection other{site.watch()};
        next(one);
        next(other);
        BOOST_TEST(site.watch() == -1);
    }
    wait_until("one has left", [&] { return site.live.has_room(); });
    const int socket = site.watch();
    BOOST_REQUIRE(socket >= 0);
    Connection third{socket};
    BOOST_TEST(has(next(third), "hello"));
}

BOOST_AUTO_TEST_CASE(the_end_is_said) {
    Site site;
    Connection one{site.watch()};
    next(one);
    std::thread stops{[&] { site.live.stop(); }};
    BOOST_TEST(has(next_with(one, "close"), "\x03\xe9" "the gateway is stopping"));
    one.close();
    stops.join();
    BOOST_TEST(site.watch() == -1);
}

BOOST_AUTO_TEST_CASE(who_was_let_in_by_another_token_is_shown_out) {
    Site site;
    {
        const std::lock_guard lock{site.mutex};
        site.access.token_sha256 = sha256("new");
    }
    admin::Wish wish;
    wish.token = sha256("old");
    Connection out{site.watch(wish)};
    wish.token = sha256("new");
    Connection stays{site.watch(wish)};
    BOOST_TEST(has(next_with(out, "close"), "\x03\xf0"));  // 1008
    out.close();
    site.end(200, "/x");
    BOOST_TEST(has(next_with(stays, "/x"), "/x"));
}

BOOST_AUTO_TEST_SUITE_END()
