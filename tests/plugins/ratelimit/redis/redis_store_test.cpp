// tests/plugins/ratelimit/redis/redis_store_test.cpp - several stores on one Redis, and on what only looks like one.
#include "redis/redis_store.h"

#include "memory_store.h"
#include "plugins/ratelimit/declared.h"
#include "plugins/redis/loops.h"
#include "redis/leased_store.h"
#include "support/background.h"
#include "support/connection.h"
#include "support/redis.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::ratelimit;
using namespace std::chrono_literals;
using test::Declared;
using test::one_of_each;
using test::wait_until;

namespace {

Moment now() { return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()}; }

// One gateway's store, on loops of its own.
struct Gateway {
    explicit Gateway(const std::string& url, RedisStore::Options options = {.timeout = 60s},
                     std::size_t loops = 1)
        : loops{loops},
          host{this->loops.host("ratelimit")},
          store{std::make_unique<RedisStore>(
              *host, redis::Server::shared(redis::Address::parse(url), *host, words_of_limits), memory,
              std::move(options))} {}
    ~Gateway() { host->retire(); }  // while there are the stores that its tasks are about
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    test::Loops loops;
    std::unique_ptr<plugins::PluginHost> host;
    MemoryStore memory;
    std::unique_ptr<RedisStore> store;
    std::unique_ptr<LeasedStore> leased;

    // Instead of the store.
    LeasedStore& lease(std::int64_t most) {
        leased = std::make_unique<LeasedStore>(*host, std::move(store), most);
        return *leased;
    }

    Decision take(const Claim& claim, std::size_t loop = 0) {
        Claim copy = claim;
        loops.run([&] { return taken(*store, copy); }, loop);
        return copy.decision;
    }
    static Task<void> taken(Store& store, Claim& claim) {
        if (const Task<void> later = store.take({&claim, 1}, now())) co_await later;
    }
};

// So many requests at once: all are on their way before the first is answered.
Task<void> count_one(Store& store, const Declared& limit, std::atomic<int>& admitted, std::atomic<int>& ended) {
    Claim claim = limit.claim();
    if (const Task<void> later = store.take({&claim, 1}, now())) co_await later;
    admitted += claim.decision.admitted;
    ++ended;
}

// What listens where a Redis is expected, and does with each connection what it is told.
class Pretender {
public:
    explicit Pretender(std::function<void(test::Connection&)> with) : listener_{test::listen_on("127.0.0.1:0")} {
        thread_.emplace([this, with] {
            while (true) {
                const int descriptor = ::accept(listener_, nullptr, nullptr);
                if (descriptor < 0) return;
                const int at_once = 1;
                ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
                try {
                    test::Connection connection{descriptor};
                    with(connection);
                } catch (const test::ConnectionError&) {
                    ++broken_;  // the store has had enough of it
                }
            }
        });
    }
    ~Pretender() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.reset();
        ::close(listener_);
    }
    std::string url() const { return "redis://" + test::bound_address(listener_); }
    static void greet(test::Connection& connection) {
        connection.read_until("PING\r\n");
        connection.send("+PONG\r\n");
    }

private:
    int listener_;
    std::atomic<int> broken_{0};
    std::optional<test::Background> thread_;
};

// Reads a whole command, whatever it is.
void skip_command(test::Connection& connection) {
    int parts = std::stoi(connection.read_until("\r\n").substr(1));
    for (; parts > 0; --parts) connection.read_exactly(std::stoul(connection.read_until("\r\n").substr(1)) + 2);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_redis_store)

BOOST_AUTO_TEST_CASE(two_hundred_at_once_on_four_loops_of_two_gateways_admit_ten) {
    const test::Redis redis;
    for (const Declared& limit : one_of_each(10)) {
        std::atomic<int> admitted{0}, ended{0};
        Gateway one{redis.unix_url(), {.timeout = 60s}, 2}, other{redis.url(), {.timeout = 60s}, 2};
        for (int i = 0; i < 200; ++i) {
            Gateway& gateway = i % 2 ? one : other;
            gateway.loops.spawn([&] { return count_one(*gateway.store, limit, admitted, ended); },
                                std::size_t(i / 2 % 2));
        }
        wait_until("all have been decided", [&] { return ended == 200; });
        BOOST_TEST(admitted == 10, limit.name);
    }
}

BOOST_AUTO_TEST_CASE(who_is_refused_by_one_limit_counts_at_none) {
    const test::Redis redis;
    Gateway gateway{redis.url()};
    const auto limits = one_of_each(10);
    for (std::size_t spent = 0; spent < limits.size(); ++spent) {
        redis.ask({"FLUSHALL"});
        for (int i = 0; i < 10; ++i) BOOST_TEST(gateway.take(limits[spent].claim()).admitted);
        std::vector<Claim> claims;
        for (const auto& limit : limits) claims.push_back(limit.claim());
        gateway.loops.run([&]() -> Task<void> {
            if (const Task<void> later = gateway.store->take(claims, now())) co_await later;
        });
        for (std::size_t i = 0; i < limits.size(); ++i) {
            BOOST_TEST(claims[i].decision.admitted == (i != spent));
            BOOST_TEST(gateway.take(limits[i].claim("alice", 0)).remaining == (i == spent ? 0 : 10));
        }
    }
}

BOOST_AUTO_TEST_CASE(two_claims_on_one_counter_need_room_for_both) {
    const test::Redis redis;
    Gateway gateway{redis.url()};
    for (const Declared& limit : one_of_each(3)) {
        if (limit.name == "concurrency") continue;
        std::vector<Claim> claims{limit.claim("alice", 2), limit.claim("alice", 2)};
        gateway.loops.run([&]() -> Task<void> {
            if (const Task<void> later = gateway.store->take(claims, now())) co_await later;
        });
        BOOST_TEST(!all_admitted(claims));
        BOOST_TEST(gateway.take(limit.claim("alice", 0)).remaining == 3, limit.name);
    }
}

BOOST_AUTO_TEST_CASE(a_place_is_given_back_and_one_of_a_dead_gateway_is_free_by_itself) {
    const test::Redis redis;
    const Declared places{"places", Limit::at_once(1)};
    Gateway waiting{redis.url()};
    {
        Gateway dying{redis.url(), {.timeout = 60s, .place_lease = 2s}};
        BOOST_TEST(dying.take(places.claim()).admitted);
        BOOST_TEST(!waiting.take(places.claim()).admitted);
        // Three leases long it is alive, and holds what it has.
        const auto held = std::chrono::steady_clock::now() + 6s;
        wait_until("it was renewed", [&] { return std::chrono::steady_clock::now() > held; });
        BOOST_TEST(!waiting.take(places.claim()).admitted);
    }
    Claim claim = places.claim();
    wait_until("the lease is over", [&] {
        claim.decision = waiting.take(claim);
        return claim.decision.admitted;
    });
    BOOST_TEST(!waiting.take(places.claim()).admitted);
    waiting.loops.run([&]() -> Task<void> {
        waiting.store->give_back({&claim, 1}, now());
        co_return;
    });
    BOOST_TEST(waiting.take(places.claim()).admitted);
}

BOOST_AUTO_TEST_CASE(a_log_gives_back_what_was_taken_long_ago) {
    const test::Redis redis;
    const Declared log{"log", Limit::windowed(Algorithm::sliding_log, 3000, 24h)};
    Gateway gateway{redis.url()};
    const auto take = [&](double cost) {
        Claim claim = log.claim();
        claim.cost = cost;
        claim.decision = gateway.take(claim);
        return claim;
    };
    const Claim first = take(1), early = take(5);
    // As many are later as could not be looked through one by one, and each knows what was admitted until then.
    for (int i = 0; i < 2500; ++i) BOOST_TEST_REQUIRE(take(1).decision.admitted);
    BOOST_TEST(take(0).decision.remaining == 494);
    gateway.loops.run([&]() -> Task<void> {
        gateway.store->give_back({&early, 1}, now());
        co_return;
    });
    BOOST_TEST(take(0).decision.remaining == 499);
    gateway.loops.run([&]() -> Task<void> {
        gateway.store->give_back({&first, 1}, now());
        co_return;
    });
    BOOST_TEST(take(500).decision.admitted);
    BOOST_TEST(!take(1).decision.admitted);
}

BOOST_AUTO_TEST_CASE(a_silence_shorter_than_a_quarter_of_a_second_is_no_end) {
    const Declared bucket{"bucket", {100, 1h, 100}};
    test::Gate go_on;
    std::atomic<int> connections{0};
    Pretender slow{[&](test::Connection& connection) {
        Pretender::greet(connection);
        ++connections;
        for (int i = 0;; ++i) {
            skip_command(connection);
            if (i == 0) go_on.wait();
            connection.send("*6\r\n:1\r\n:41\r\n:0\r\n:0\r\n:0\r\n:1\r\n");
        }
    }};
    Gateway gateway{slow.url(), {.timeout = 20ms, .on_error = OnError::closed}};
    const auto began = std::chrono::steady_clock::now();
    int asked = 0;
    // Each waits for its deadline, and the connection stays: whoever is quicker than that hears of an end.
    while (std::chrono::steady_clock::now() - began < 200ms) {
        const auto asked_at = std::chrono::steady_clock::now();
        BOOST_TEST(gateway.take(bucket.claim()).unavailable);
        if (asked++ > 0) BOOST_TEST((std::chrono::steady_clock::now() - asked_at >= 20ms));
    }
    go_on.open();
    wait_until("it decides again", [&] { return gateway.take(bucket.claim()).remaining == 41; });
    if (std::chrono::steady_clock::now() - began < 250ms) BOOST_TEST(connections == 1);
}

BOOST_AUTO_TEST_CASE(a_request_that_dies_as_it_waits_leaves_its_place_and_the_line_in_order) {
    test::Redis redis;
    const Declared places{"places", Limit::at_once(1)}, bucket{"bucket", {100, 1h, 100}};
    Gateway gateway{redis.url()};
    BOOST_TEST(gateway.take(bucket.claim()).remaining == 99);  // connected
    redis.process().signal(SIGSTOP);
    Claim dying = places.claim();
    gateway.loops.run([&]() -> Task<void> {
        Task<void> waits = gateway.store->take({&dying, 1}, now());
        waits.start();
        BOOST_TEST(!waits.done());
        co_return;  // and destroys it
    });
    redis.process().signal(SIGCONT);
    BOOST_TEST(gateway.take(bucket.claim()).remaining == 98);
    BOOST_TEST(gateway.take(places.claim()).admitted);
}

BOOST_AUTO_TEST_CASE(leases_never_admit_more_and_what_is_not_spent_comes_back) {
    const test::Redis redis;
    const Declared bucket{"bucket", {100, 24h, 100}};
    Gateway one{redis.url()}, other{redis.url()};
    LeasedStore &here = one.lease(30), &there = other.lease(30);
    const auto admits = [&](Gateway& gateway, Store& store) {
        Claim claim = bucket.claim();
        gateway.loops.run([&] { return Gateway::taken(store, claim); });
        return claim.decision.admitted;
    };
    BOOST_TEST(admits(one, here));
    BOOST_TEST(admits(other, there));
    const std::string tokens = redis.ask({"HGET", "ratelimit:bucket:alice", "tokens"});
    BOOST_TEST(std::stod(tokens) < 41, tokens);  // two leases of thirty are gone, and two requests of them spent
    int admitted = 2;
    while (admits(one, here)) ++admitted;
    BOOST_TEST(admitted <= 100);
    BOOST_TEST(admitted >= 100 - 30);  // the other one's lease, which it gives back
    wait_until("all have been admitted", [&] {
        admitted += admits(one, here);
        return admitted >= 100;
    });
    BOOST_TEST(admitted == 100);
}

BOOST_AUTO_TEST_CASE(a_lease_does_not_tell_of_what_other_loops_have_spent_since_it_was_taken) {
    const test::Redis redis;
    const Limit limit{100, 24h, 100};
    const Declared bucket{"bucket", limit};
    Gateway gateway{redis.url(), {.timeout = 60s}, 2};
    LeasedStore& store = gateway.lease(30);
    std::int64_t spent = 0;
    const auto remaining_at = [&](std::size_t loop) {
        Claim claim = bucket.claim();
        gateway.loops.run([&] { return Gateway::taken(store, claim); }, loop);
        ++spent;
        const Decision& told = claim.decision;
        BOOST_TEST(told.admitted);
        BOOST_TEST(told.remaining <= 100 - spent);
        // All are back when so many have come that are not left: as a bucket has it that nobody holds any of.
        const auto missing = limit.ticks(static_cast<double>(100 - told.remaining)) / ticks_per_nanosecond;
        BOOST_TEST(told.reset.count() == static_cast<std::int64_t>(missing));
        return told.remaining;
    };
    BOOST_TEST(remaining_at(0) == 99);
    for (int i = 0; i < 60; ++i) BOOST_TEST(remaining_at(1) >= 100 - spent - 15);  // what the first loop may hold
    BOOST_TEST(remaining_at(0) >= 100 - spent - 15);
    BOOST_TEST(remaining_at(1) >= 100 - spent - 15);
}

BOOST_AUTO_TEST_CASE(what_is_no_redis_costs_no_more_than_the_deadline) {
    const Declared bucket{"bucket", {100, 1h, 100}};
    Pretender web{[](test::Connection& connection) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.wait_for_end();
    }};
    Gateway gateway{web.url(), {.timeout = 60s, .on_error = OnError::closed}};
    const Decision decision = gateway.take(bucket.claim());
    BOOST_TEST((decision.unavailable && !decision.admitted));
    BOOST_TEST((gateway.take(bucket.claim()).unavailable));
}

BOOST_AUTO_TEST_CASE(a_connection_cut_within_a_reply_decides_at_once_and_comes_back) {
    const Declared bucket{"bucket", {100, 1h, 100}};
    std::atomic<int> connections{0};
    Pretender cut{[&](test::Connection& connection) {
        Pretender::greet(connection);
        for (const bool last = ++connections > 1;;) {
            skip_command(connection);
            if (!last) return connection.send("*6\r\n:1\r\n:41"), connection.close();
            connection.send("*6\r\n:1\r\n:41\r\n:0\r\n:0\r\n:0\r\n:1\r\n");
        }
    }};
    Gateway gateway{cut.url(), {.timeout = 60s, .on_error = OnError::open}};
    const Decision decision = gateway.take(bucket.claim());
    BOOST_TEST((decision.unavailable && decision.admitted));
    wait_until("it decides again", [&] { return gateway.take(bucket.claim()).remaining == 41; });
}

BOOST_AUTO_TEST_CASE(a_late_reply_is_dropped_and_the_next_one_is_the_next_ones) {
    const Declared bucket{"bucket", {100, 1h, 100}};
    test::Gate first_is_over;
    Pretender slow{[&](test::Connection& connection) {
        Pretender::greet(connection);
        skip_command(connection);
        first_is_over.wait();
        connection.send("*6\r\n:1\r\n:1\r\n:0\r\n:0\r\n:0\r\n:1\r\n");
        for (int i = 2;; ++i) {
            skip_command(connection);
            connection.send("*6\r\n:1\r\n:" + std::to_string(i) + "\r\n:0\r\n:0\r\n:0\r\n:1\r\n");
        }
    }};
    Gateway gateway{slow.url(), {.timeout = 500ms, .on_error = OnError::closed}};
    const auto began = std::chrono::steady_clock::now();
    BOOST_TEST(gateway.take(bucket.claim()).unavailable);
    BOOST_TEST((std::chrono::steady_clock::now() - began >= 500ms));
    first_is_over.open();
    for (int i = 2; i < 10; ++i) {
        const Decision decision = gateway.take(bucket.claim());
        if (!decision.unavailable) BOOST_TEST(decision.remaining == i);  // a slow machine may be late again
    }
}

BOOST_AUTO_TEST_CASE(replies_that_are_no_decisions_are_errors) {
    const Declared bucket{"bucket", {100, 1h, 100}};
    for (const std::string reply : {"-MOVED 1 127.0.0.1:1\r\n", "-OOM command not allowed\r\n", "$-1\r\n", "+OK\r\n",
                                    ":1\r\n", "*-1\r\n", "*6\r\n:1\r\n:2\r\n+x\r\n:0\r\n:0\r\n:1\r\n",
                                    "*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n", "-NOSCRIPT No matching script\r\n"}) {
        Pretender odd{[&](test::Connection& connection) {
            Pretender::greet(connection);
            for (;;) {
                skip_command(connection);
                connection.send(reply);
            }
        }};
        Gateway gateway{odd.url(), {.timeout = 60s, .on_error = OnError::closed}};
        for (int i = 0; i < 3; ++i) BOOST_TEST(gateway.take(bucket.claim()).unavailable, reply);
    }
}

BOOST_AUTO_TEST_SUITE_END()
