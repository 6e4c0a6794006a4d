// tests/core/upstream/pool_test.cpp - connections kept for the next request, and when they are not.
#include "core/upstream/upstream_site.h"
#include "support/connection.h"
#include "support/tls_server.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
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
    BOOST_TEST(kept(site) == 1u);
    BOOST_TEST(kept(site) == 0u);
}

BOOST_AUTO_TEST_CASE(no_more_are_kept_than_said_and_the_oldest_goes) {
    Listening listening;
    UpstreamSite site{listening.address()};
    for (int i = 0; i < 4; ++i) site.run(connect_and_keep(site, 3, 1min));
    auto oldest = listening.accept();
    BOOST_TEST(oldest.rest() == "");
    BOOST_TEST(!oldest.timed_out());
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

BOOST_AUTO_TEST_SUITE_END()
