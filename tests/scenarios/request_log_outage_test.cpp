// tests/scenarios/request_log_outage_test.cpp - each request in the database once: away, hanging, killed, under load.
#include "scenarios/request_rows.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;

namespace {

// Four clients that ask as often as they are told, and know what was answered and how long one request took at most.
class Load {
public:
    explicit Load(const GatewayProcess& gateway) {
        for (int number = 0; number < 4; ++number)
            threads_.emplace_back([this, &gateway, number] { ask(gateway, number); });
    }
    ~Load() { end(); }
    // So often more; does not wait for it.
    void ask(int more) {
        const std::lock_guard lock{mutex_};
        left_ += more;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock{mutex_};
        BOOST_TEST(changed_.wait_for(lock, patience, [&] { return left_ <= 0 && under_way_ == 0; }));
    }
    std::set<std::string> end() {
        {
            const std::lock_guard lock{mutex_};
            ended_ = true;
            changed_.notify_all();
        }
        threads_.clear();
        return paths_;
    }
    std::chrono::nanoseconds longest() {
        const std::lock_guard lock{mutex_};
        return longest_;
    }

private:
    void ask(const GatewayProcess& gateway, int number) {
        auto client = gateway.client();
        std::unique_lock lock{mutex_};
        for (int i = 0;; ++i) {
            changed_.wait(lock, [&] { return ended_ || left_ > 0; });
            if (left_ <= 0) return;
            --left_;
            ++under_way_;
            lock.unlock();
            const std::string path = '/' + std::to_string(number) + '/' + std::to_string(i);
            const auto began = std::chrono::steady_clock::now();
            const bool answered = client.get(path).status() == 200;
            lock.lock();
            longest_ = std::max<std::chrono::nanoseconds>(longest_, std::chrono::steady_clock::now() - began);
            if (answered) paths_.insert(path);
            if (--under_way_ == 0) changed_.notify_all();
        }
    }

    std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    int left_ = 0, under_way_ = 0;
    bool ended_ = false;
    std::set<std::string> paths_;
    std::chrono::nanoseconds longest_{0};
    std::vector<std::jthread> threads_;
};

std::set<std::string> paths_in(const std::string& url) {
    std::string problem;
    store::Database database{*store::DatabaseUrl::parse(url, "/", problem)};
    std::vector<std::string> paths;
    database.with(
        [&](Poco::Data::Session& session) { session << "SELECT request_path FROM request_log", into(paths), now; });
    return {paths.begin(), paths.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_request_log_outage)

BOOST_AUTO_TEST_CASE(a_database_that_is_away_while_the_gateway_stops_and_starts_hears_of_each_request_once) {
    Postgres server;
    const std::string url = server.url();
    const TemporaryFolder folder;
    Askers askers;
    {
        GatewayProcess gateway{routes(url, folder)};
        askers.ask(gateway, 200);
        server.kill();
        askers.ask(gateway, 200);
        gateway.process().wait_for_line("requests wait in ");
        BOOST_TEST(gateway.stop() == 0);
    }
    GatewayProcess gateway{routes(url, folder)};
    askers.ask(gateway, 200);
    server.start();
    askers.ask(gateway, 200);
    BOOST_TEST(askers.answered == 800);
    wait_for_rows(url, 800);
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(counted(url) == (Counted{800, 800}));
}

// For thirty seconds: TOLLGATE_OUTAGE=30.
BOOST_AUTO_TEST_CASE(a_database_that_is_killed_under_load_misses_no_request_and_gets_none_twice) {
    Postgres server;
    const std::string url = server.url();
    const TemporaryFolder folder;
    const std::string text = routes(url, folder, ", spool_size = 4 * gigabytes");
    const char* const said = std::getenv("TOLLGATE_OUTAGE");
    std::set<std::string> asked;
    {
        GatewayProcess gateway{text};
        Load load{gateway};
        load.ask(4000);
        wait_until("the first requests are in the table", [&] { return counted(url).rows > 0; });
        server.kill();
        load.ask(100);  // so that somebody misses it, even where all of the first are in the table
        const Deadline over{std::chrono::seconds{said ? std::atoi(said) : 0}};
        gateway.process().wait_for_line("requests wait in ");
        do {
            load.ask(1000);
            load.wait();
        } while (!over.passed());
        asked = load.end();
        BOOST_TEST(gateway.stop() == 0);
        BOOST_TEST_MESSAGE(asked.size() << " requests, of which the longest took "
                                        << double(load.longest().count()) / 1e6 << " ms");
    }
    BOOST_TEST(asked.size() >= 5000u);
    server.start();
    GatewayProcess gateway{text};
    const int rows = int(asked.size());
    wait_until("all requests are in the table", [&] { return counted(url).rows >= rows; });
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(counted(url) == (Counted{rows, rows}));
    BOOST_TEST((paths_in(url) == asked));
}

BOOST_AUTO_TEST_CASE(a_database_that_comes_back_under_load_misses_no_request_and_gets_none_twice) {
    Postgres server;
    const std::string url = server.url();
    const TemporaryFolder folder;
    GatewayProcess gateway{routes(url, folder)};
    Load load{gateway};
    for (int round = 0; round < 2; ++round) {
        const int before = counted(url).rows;
        load.ask(4000);
        wait_until("requests come into the table", [&] { return counted(url).rows > before; });
        server.kill();
        load.ask(100);
        gateway.process().wait_for_line("requests wait in ");
        load.ask(4000);
        server.start();
        gateway.process().wait_for_line("requests go to the database again");
    }
    load.wait();
    const std::set<std::string> asked = load.end();
    BOOST_TEST(asked.size() == 16'200u);
    wait_for_rows(url, int(asked.size()));
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST((paths_in(url) == asked));
}

// Who waited for it would wait the five seconds after which it is given up.
BOOST_AUTO_TEST_CASE(a_database_that_hangs_delays_no_request) {
    Postgres server;
    const std::string url = server.url();
    const TemporaryFolder folder;
    GatewayProcess gateway{routes(url, folder)};
    Load load{gateway};
    load.ask(200);
    wait_for_rows(url, 200);
    server.hang();
    load.ask(400);
    gateway.process().wait_for_line("requests wait in ");
    load.ask(400);
    load.wait();
    const std::set<std::string> asked = load.end();
    BOOST_TEST(asked.size() == 1000u);
    BOOST_TEST(load.longest() < std::chrono::seconds{4});
    wait_until("all is on the disk", [&] { return figure(gateway, written_down) == 1000; });
    server.go_on();
    wait_for_rows(url, 1000);
    BOOST_TEST(gateway.stop() == 0);
}

BOOST_AUTO_TEST_CASE(what_was_written_down_survives_a_kill) {
    Postgres server;
    const std::string url = server.url();
    const TemporaryFolder folder;
    Askers askers;
    for (int round = 1; round <= 2; ++round) {
        GatewayProcess gateway{routes(url, folder)};
        if (round == 1) server.kill();
        askers.ask(gateway, 200);
        wait_until("all is written down", [&] { return figure(gateway, written_down) == 200; });
        gateway.process().signal(SIGKILL);
        gateway.process().wait();
    }
    server.start();
    GatewayProcess gateway{routes(url, folder)};
    BOOST_TEST(askers.answered == 400);
    wait_for_rows(url, 400);
}

BOOST_AUTO_TEST_SUITE_END()
