// tests/core/upstream/checker_test.cpp - what a check asks and takes for health, and that checks go on and end.
#include "upstream/checker.h"

#include "core/upstream/upstream_site.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

struct Site : UpstreamSite {
    explicit Site(const std::string& address) : UpstreamSite{address} {
        upstream.health.emplace();
        upstream.health->path = "/health";
        upstream.health->timeout = patience;
    }
    upstream::CheckResult check() {
        upstream::CheckResult result;
        run([](Site& site, upstream::CheckResult& into) -> Task<void> {
            into = co_await upstream::check(site.pool, site.target());
        }(*this, result));
        return result;
    }
    upstream::Roster& roster() { return upstream.state->roster; }
};

// Answers each check with `answer`, on a connection of its own; `asked` keeps the last head.
ScriptedPeer answering(const std::string& answer, std::string& asked, int times = 1) {
    return ScriptedPeer{[=, &asked](Listening& listening) {
        for (int i = 0; i < times; ++i) {
            auto connection = listening.accept();
            asked = connection.head();
            connection.say(answer);
            connection.rest();
        }
    }};
}

// What a check makes of this answer.
std::string found(const std::string& answer, const std::function<void(upstream::CheckSettings&)>& change = {}) {
    std::string asked;
    upstream::CheckResult result;
    {
        auto peer = answering(answer, asked);
        Site site{peer.address()};
        if (change) change(*site.upstream.health);
        result = site.check();
    }
    return (result.passed ? "passed: " : "failed: ") + result.found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_checker)

BOOST_AUTO_TEST_CASE(a_check_is_one_request_on_a_connection_of_its_own) {
    std::string asked;
    {
        auto peer = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", asked);
        Site site{peer.address()};
        BOOST_TEST(site.check().passed);
        BOOST_TEST(asked.starts_with("GET /health HTTP/1.1\r\n"), asked);
        BOOST_TEST(asked.find("Host: " + peer.address() + "\r\n") != std::string::npos, asked);
        BOOST_TEST(asked.find("Connection: close\r\n") != std::string::npos, asked);
        BOOST_TEST(asked.find("(health check)") != std::string::npos, asked);
        site.on_loop([&] { BOOST_TEST(!site.pool.take(site.target(), false)); });
    }
    {
        auto peer = answering("HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n", asked);
        Site site{peer.address()};
        site.upstream.health->method = "HEAD";
        site.upstream.health->host = "orders.internal";
        BOOST_TEST(site.check().passed);
        BOOST_TEST(asked.starts_with("HEAD /health HTTP/1.1\r\n"), asked);
        BOOST_TEST(asked.find("Host: orders.internal\r\n") != std::string::npos, asked);
    }
}

BOOST_AUTO_TEST_CASE(the_status_tells) {
    const auto only_503 = [](upstream::CheckSettings& settings) {
        settings.statuses.reset();
        settings.statuses.set(503);
    };
    BOOST_TEST(found("HTTP/1.1 204 No Content\r\n\r\n") == "passed: status 204");
    BOOST_TEST(found("HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n") == "failed: status 301");
    BOOST_TEST(found("HTTP/1.1 503 Busy\r\n\r\n") == "failed: status 503");
    BOOST_TEST(found("HTTP/1.1 503 Busy\r\n\r\n", only_503) == "passed: status 503");
    BOOST_TEST(found("HTTP/1.1 799 What\r\n\r\n") == "failed: status 799");
    BOOST_TEST(found("HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK\r\n\r\n") == "passed: status 200");
    BOOST_TEST(found("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n") ==
               "failed: an answer that is not HTTP");
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_fails_and_says_how) {
    BOOST_TEST(found("SSH-2.0-OpenSSH\r\n\r\n").starts_with("failed: an answer that is not HTTP"));
    {
        ScriptedPeer peer{[](Listening& listening) { listening.accept().head(); }};
        Site site{peer.address()};
        BOOST_TEST(site.check().found.starts_with("no answer: "));
    }
    {
        const Deaf deaf;
        Site site{deaf.address()};
        const auto result = site.check();
        BOOST_TEST(!result.passed);
        BOOST_TEST(result.found == "no connection: Connection refused");
    }
}

BOOST_AUTO_TEST_CASE(one_time_for_connecting_and_the_whole_head) {
    ScriptedPeer peer{[](Listening& listening) {
        auto connection = listening.accept();
        connection.head();
        while (connection.say("H") && connection.silent_for(1ms)) continue;  // a header that never ends
    }};
    Site site{peer.address()};
    site.upstream.health->timeout = 50ms;
    const auto result = site.check();
    BOOST_TEST(!result.passed);
    BOOST_TEST((result.found == "no answer in time" || result.found.starts_with("an answer that is not HTTP")),
               result.found);
}

BOOST_AUTO_TEST_CASE(one_that_says_nothing_is_waited_for_no_longer_than_that) {
    Listening silent;
    Site site{silent.address()};
    site.upstream.health->timeout = 30ms;
    BOOST_TEST(site.check().found == "no answer in time");
}

BOOST_AUTO_TEST_CASE(targets_are_checked_again_and_again_until_the_end) {
    std::string asked;
    auto peer = answering("HTTP/1.1 503 Busy\r\n\r\n", asked, 3);
    Site site{peer.address()};
    site.upstream.health->every = 5ms;
    site.upstream.health->fall = 3;
    site.roster().follow(site.upstream, {}, net::Clock::now());
    std::vector<std::unique_ptr<upstream::Upstream>> upstreams;  // the checker wants to see owners
    upstreams.emplace_back(&site.upstream);
    std::optional<upstream::Checker> checker;
    site.on_loop([&] { checker.emplace(site.pool, upstreams, 0, 1); });
    wait_until("it is out", [&] { return !site.target().available(); });
    BOOST_TEST(site.roster().facts(*site.state).why_out == "the first check failed: status 503");
    // The peer ends after three; from then on nobody listens.
    wait_until("there were three checks", [&] { return site.roster().facts(*site.state).failed >= 3; });
    site.on_loop([&] { checker.reset(); });  // also in the middle of one
    upstreams.front().release();
}

BOOST_AUTO_TEST_CASE(loops_share_the_targets) {
    std::string asked;
    auto peer = answering("HTTP/1.1 200 OK\r\n\r\n", asked);
    Site site{peer.address()};
    site.roster().follow(site.upstream, {}, net::Clock::now());
    std::vector<std::unique_ptr<upstream::Upstream>> upstreams;
    upstreams.emplace_back(&site.upstream);
    std::optional<upstream::Checker> first, second;
    site.on_loop([&] {
        second.emplace(site.pool, upstreams, 1, 2);
        first.emplace(site.pool, upstreams, 0, 2);
    });
    wait_until("it was checked once", [&] { return site.roster().facts(*site.state).passed == 1; });
    BOOST_TEST((site.roster().facts(*site.state).checked == upstream::Health::Checked::passing));
    site.on_loop([&] {
        first.reset();
        second.reset();
    });
    upstreams.front().release();
}

BOOST_AUTO_TEST_SUITE_END()
