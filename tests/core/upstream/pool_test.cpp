// tests/core/upstream/pool_test.cpp - connections kept for the next request, and when they are not.
#include "core/upstream/upstream_site.h"
#include "support/connection.h"
#include "support/full_queue.h"
#include "support/tls_server.h"

#include <Poco/Net/NetException.h>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <mutex>
#include <string>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

Task<void> connect_and_keep(UpstreamSite& site, std::size_t most, net::Duration time) {
    upstream::NotConnected why;
    auto stream = co_await site.pool.connect(site.target(), patience, why);
    if (!stream) co_return;
    site.pool.keep(site.target(), std::move(stream), most, time);
}

// Takes what is kept, until nothing is.
std::size_t kept(UpstreamSite& site) {
    std::size_t count = 0;
    site.on_loop([&] {
        while (site.pool.take(site.target(), false)) ++count;
    });
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_pool)

BOOST_AUTO_TEST_CASE(kept_connection_is_taken_once) {
    Listening listening;
    UpstreamSite site{listening.address()};
    site.run(connect_and_keep(site, 5, 1min));
    BOOST_TEST(site.target().state().idle == 1u);
    BOOST_TEST(kept(site) == 1u);
    BOOST_TEST(kept(site) == 0u);
    BOOST_TEST(site.target().state().idle == 0u);
}

BOOST_AUTO_TEST_CASE(no_more_are_kept_than_said_and_the_oldest_goes) {
    Listening listening;
    UpstreamSite site{listening.address()};
    for (int i = 0; i < 4; ++i) site.run(connect_and_keep(site, 3, 1min));
    auto oldest = listening.accept();
    BOOST_TEST(oldest.rest() == "");
    BOOST_TEST(!oldest.timed_out());
    BOOST_TEST(site.target().state().idle == 3u);
    BOOST_TEST(kept(site) == 3u);
    site.run(connect_and_keep(site, 0, 1min));
    BOOST_TEST(kept(site) == 0u);
}

BOOST_AUTO_TEST_CASE(connection_that_the_upstream_closes_is_dropped) {
    Listening listening;
    UpstreamSite site{listening.address()};
    site.run(connect_and_keep(site, 3, 1min));
    site.run(connect_and_keep(site, 3, 1min));
    listening.accept().close();
    auto other = listening.accept();
    other.reset();
    const auto deadline = net::Clock::now() + patience;
    std::size_t left = 2;
    while (left > 0 && net::Clock::now() < deadline)
        site.on_loop([&] {
            left = 0;
            std::vector<std::unique_ptr<net::Stream>> taken;
            while (auto stream = site.pool.take(site.target(), false)) taken.push_back(std::move(stream));
            for (auto& stream : taken) site.pool.keep(site.target(), std::move(stream), 3, 1min);
            left = taken.size();
        });
    BOOST_TEST(left == 0u);
}

BOOST_AUTO_TEST_CASE(connection_that_speaks_unasked_is_dropped) {
    Listening listening;
    UpstreamSite site{listening.address()};
    site.run(connect_and_keep(site, 3, 1min));
    auto connection = listening.accept();
    connection.say("HTTP/1.1 408 Request Timeout\r\n\r\n");
    connection.rest();
    BOOST_TEST(!connection.timed_out());
    BOOST_TEST(kept(site) == 0u);
}

BOOST_AUTO_TEST_CASE(idle_connection_is_closed_in_time) {
    Listening listening;
    UpstreamSite site{listening.address()};
    site.run(connect_and_keep(site, 3, 20ms));
    auto connection = listening.accept();
    BOOST_TEST(connection.rest() == "");
    BOOST_TEST(!connection.timed_out());
    BOOST_TEST(kept(site) == 0u);
}

BOOST_AUTO_TEST_CASE(targets_do_not_share) {
    Listening one, two;
    UpstreamSite site{one.address()};
    std::string problem;
    const upstream::UpstreamTarget other{site.upstream, *net::Address::parse(two.address(), problem), 1, std::make_shared<upstream::TargetState>()};
    site.run(connect_and_keep(site, 3, 1min));
    site.on_loop([&] { BOOST_TEST(!site.pool.take(other, false)); });
    BOOST_TEST(kept(site) == 1u);
}

BOOST_AUTO_TEST_CASE(connection_made_by_other_settings_of_tls_is_not_taken) {
    const Certificate certificate{{.names = "IP:127.0.0.1"}};
    TlsServer server{certificate, [](TlsEnd& end) {
                         if (end.shake_hands()) end.read_some();
                     }};
    UpstreamSite site{"https://" + server.address().toString()};
    const auto context = [&] {
        return std::make_shared<const net::TlsClientContext>(
            net::TlsClientContext::Options{.authorities = certificate.file().string()});
    };
    site.upstream.tls = context();
    site.run(connect_and_keep(site, 3, 1min));
    upstream::Upstream changed;
    changed.tls = context();
    const upstream::UpstreamTarget same{changed, site.target().place(), 1, site.state};
    changed.tls = site.upstream.tls;
    site.on_loop([&] {
        auto stream = site.pool.take(same, true);
        BOOST_TEST(bool(stream));
        site.pool.keep(same, std::move(stream), 3, 1min);
    });
    changed.tls = context();
    site.on_loop([&] { BOOST_TEST(!site.pool.take(same, true)); });
    BOOST_TEST(kept(site) == 0u);  // nobody would ever have taken it
    server.wait();
}

BOOST_AUTO_TEST_CASE(why_there_is_no_connection_is_told) {
    const auto why = [](UpstreamSite& site, net::Duration timeout) {
        upstream::NotConnected told;
        site.run([](UpstreamSite& s, net::Duration time, upstream::NotConnected& why_not) -> Task<void> {
            BOOST_TEST(!co_await s.pool.connect(s.target(), time, why_not));
        }(site, timeout, told));
        return told;
    };
    const Connection deaf{bind_deaf()};
    UpstreamSite refusing{deaf.local_address()}, secure{"https://" + deaf.local_address()};
    secure.upstream.tls = std::make_shared<const net::TlsClientContext>(net::TlsClientContext::Options{});
    for (UpstreamSite* site : {&refusing, &secure}) {
        const auto told = why(*site, patience);
        BOOST_TEST((told.outcome == Outcome::not_connected));
        BOOST_TEST(told.how == "Connection refused");
    }
    Listening silent;
    UpstreamSite waiting{"https://" + silent.address()};
    waiting.upstream.tls = secure.upstream.tls;
    const auto late = why(waiting, 30ms);
    BOOST_TEST((late.outcome == Outcome::connect_timeout));
    BOOST_TEST(late.how == "TLS handshake timed out");
    const Certificate self{{.names = "IP:127.0.0.1"}};
    TlsServer server{self, [](TlsEnd& end) { end.shake_hands(); }};
    UpstreamSite doubting{"https://" + server.address().toString()};
    doubting.upstream.tls = secure.upstream.tls;
    const auto untrusted = why(doubting, patience);
    BOOST_TEST((untrusted.outcome == Outcome::tls_failed));
    BOOST_TEST(untrusted.how == "certificate verify failed: self-signed certificate");
}

BOOST_AUTO_TEST_CASE(closing_all_closes_all) {
    Listening listening;
    UpstreamSite site{listening.address()};
    site.run(connect_and_keep(site, 3, 1min));
    site.on_loop([&] { site.pool.close_all(); });
    auto connection = listening.accept();
    BOOST_TEST(connection.rest() == "");
    BOOST_TEST(!connection.timed_out());
}

BOOST_AUTO_TEST_CASE(names_are_resolved) {
    Listening listening;
    const auto port = listening.address().substr(listening.address().find(':'));
    UpstreamSite site{"localhost" + port};
    for (int i = 0; i < 2; ++i) {  // the second from memory
        bool connected = false;
        site.run([](UpstreamSite& s, bool& made) -> Task<void> {
            upstream::NotConnected why;
            made = co_await s.pool.connect(s.target(), patience, why) != nullptr;
        }(site, connected));
        BOOST_TEST(connected);
    }
}

BOOST_AUTO_TEST_CASE(addresses_of_a_name_are_tried_in_turn) {
    const Connection deaf{bind_deaf()};
    Listening listening;
    const net::Resolver::Addresses both{Poco::Net::SocketAddress{deaf.local_address()},
                                        Poco::Net::SocketAddress{listening.address()}};
    UpstreamSite site{"name.test:80", [both](const net::Address&) { return both; }};
    for (int i = 0; i < 4; ++i) site.run(connect_and_keep(site, 5, 1min));
    BOOST_TEST(kept(site) == 4u);
}

BOOST_AUTO_TEST_CASE(address_that_swallows_everything_leaves_time_for_the_others) {
    const FullQueue silent;
    Listening listening;
    const net::Resolver::Addresses both{Poco::Net::SocketAddress{silent.address()},
                                        Poco::Net::SocketAddress{listening.address()}};
    UpstreamSite site{"name.test:80", [both](const net::Address&) { return both; }};
    bool connected = false;
    site.run([](UpstreamSite& s, bool& made) -> Task<void> {
        upstream::NotConnected why;
        made = co_await s.pool.connect(s.target(), 2s, why) != nullptr;
    }(site, connected));
    BOOST_TEST(connected);
}

BOOST_AUTO_TEST_CASE(name_of_no_address_is_told) {
    UpstreamSite site{"name.test:80", [](const net::Address&) -> net::Resolver::Addresses {
                          throw Poco::Net::HostNotFoundException("name.test");
                      }};
    upstream::NotConnected why;
    site.run([](UpstreamSite& s, upstream::NotConnected& told) -> Task<void> {
        BOOST_TEST(!co_await s.pool.connect(s.target(), patience, told));
    }(site, why));
    BOOST_TEST((why.outcome == Outcome::not_connected));
    BOOST_TEST(why.how == "no address of that name");
}

BOOST_AUTO_TEST_CASE(address_that_dns_withdraws_serves_no_more_and_drops_nobody) {
    Listening old_one, new_one;
    std::mutex mutex;
    net::Resolver::Addresses answer{Poco::Net::SocketAddress{old_one.address()}};
    const auto change = [&](const std::string& address) {
        const std::lock_guard lock{mutex};
        answer.clear();
        if (!address.empty()) answer.emplace_back(address);
    };
    MovedClock clock;
    UpstreamSite site{"name.test:80",
                      [&](const net::Address&) {
                          const std::lock_guard lock{mutex};
                          if (answer.empty()) throw Poco::Net::HostNotFoundException("name.test");
                          return answer;
                      },
                      &clock};
    site.run(connect_and_keep(site, 5, 10h));
    auto idle = old_one.accept();
    std::unique_ptr<net::Stream> under_way;
    const auto connect = [&] {
        site.run([](UpstreamSite& s, std::unique_ptr<net::Stream>& made) -> Task<void> {
            upstream::NotConnected why;
            made = co_await s.pool.connect(s.target(), patience, why);
        }(site, under_way));
    };
    connect();
    auto busy = old_one.accept();
    std::unique_ptr<net::Stream> used = std::move(under_way);

    change("");  // DNS is away: what it said last holds
    clock.move(11s);
    connect();
    BOOST_TEST(bool(under_way));

    change(new_one.address());
    const auto deadline = net::Clock::now() + patience;
    while (idle.silent_for(20ms) && net::Clock::now() < deadline) {
        clock.move(11s);
        connect();  // by the old answer; the new one is asked for meanwhile
    }
    BOOST_TEST(idle.rest() == "");
    BOOST_TEST(!idle.timed_out());
    connect();
    const auto moved = new_one.accept();
    BOOST_TEST(!moved.timed_out());
    site.on_loop([&] {
        BOOST_TEST(used->silent());  // nobody has cut it
        site.pool.keep(site.target(), std::move(used), 5, 10h);
        site.pool.keep(site.target(), std::move(under_way), 5, 10h);
    });
    BOOST_TEST(busy.rest() == "");  // it has ended its work, and is closed
    BOOST_TEST(!busy.timed_out());
    BOOST_TEST(kept(site) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
