// tests/core/gateway/loop_services_test.cpp - sleeping, watching descriptors and fetching, and being cancelled meanwhile.
#include "core/socket_end.h"
#include "core/http/session_site.h"
#include "core/upstream/upstream_site.h"
#include "support/tls_server.h"
#include "gateway/loop_services.h"
#include "gateway/loop_share.h"

#include <boost/test/unit_test.hpp>

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <optional>
#include <string>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

struct Site final : http::Handler {
    Site() {
        shares.push_back(std::make_unique<LoopShare>(0, *this, lookups, metrics));
        loops.set_running(true);
        share().thread = std::thread{[this] { share().loop.run(); }};
    }
    ~Site() {
        on_loop([this] {
            share().loop.cancel_spawned();
            share().pool.close_all();
        });
        share().loop.stop();
        share().thread.join();
    }
    LoopShare& share() { return *shares[0]; }
    Task<void> serve(http::Exchange&) override { co_return; }
    void on_loop(const std::function<void()>& job) {
        // Shared: it must outlive its own set_value().
        const auto done = std::make_shared<std::promise<void>>();
        share().loop.post([&job, done] {
            job();
            done->set_value();
        });
        done->get_future().wait();
    }
    // The task's result, or the text of what it threw; it is made on the loop, where such tasks belong.
    template <class T>
    std::optional<T> run(const std::function<Task<T>()>& make, std::string& thrown) {
        const auto done = std::make_shared<std::promise<void>>();
        std::optional<T> result;
        on_loop([&] {
            share().loop.spawn([](const std::function<Task<T>()>& m, std::optional<T>& r, std::string& t,
                                  std::shared_ptr<std::promise<void>> d) -> Task<void> {
                try {
                    r.emplace(co_await m());
                } catch (const std::exception& problem) {
                    t = problem.what();
                }
                d->set_value();
            }(make, result, thrown, done));
        });
        BOOST_REQUIRE((done->get_future().wait_for(patience) == std::future_status::ready));
        return result;
    }
    std::string fetch(const std::string& url, FetchOptions options = {}, std::string* thrown = nullptr, std::string body = {}) {
        std::string problem;
        const auto response = run<Response>(
            [&] {
                Request request{body.empty() ? "GET" : "POST", "/replaced"};
                if (!body.empty()) request.set_body(std::move(body));
                return loops.fetch(url, std::move(request), options);
            },
            problem);
        if (thrown) *thrown = problem;
        return response ? std::string{response->body().bytes()} : std::string{};
    }

    net::Blocking blocking{2};
    net::Lookups lookups;
    plugins::Metrics metrics{1};
    std::vector<std::unique_ptr<LoopShare>> shares;
    GatewayLoops loops{shares, 1, blocking};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_loop_services)

BOOST_AUTO_TEST_CASE(sleep_lasts_as_long_as_said) {
    const auto began = net::Clock::now();  // before the loop looks at its clock
    Site site;
    std::string thrown;
    for (const auto time : {net::Duration{20ms}, net::Duration{0}, net::Duration{-1h}})  // run() does not wait an hour
        site.run<int>([&]() -> Task<int> {
            co_await site.loops.sleep(time);
            co_return 1;
        }, thrown);
    BOOST_TEST((net::Clock::now() - began >= 20ms));
}

BOOST_AUTO_TEST_CASE(descriptor_is_awaited_until_it_is_ready_or_time_is_up) {
    Site site;
    std::string thrown;
    const int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    const auto ready = [&](Interest interest, std::chrono::nanoseconds timeout) {
        return site.run<bool>([&] { return site.loops.ready(event, interest, timeout); }, thrown);
    };
    BOOST_TEST(ready(Interest::writable, patience).value());
    BOOST_TEST(!ready(Interest::readable, 10ms).value());
    ssize_t written = 0;
    std::thread later{[&] {
        site.on_loop([] {});
        const std::uint64_t one = 1;
        written = write(event, &one, sizeof one);
    }};
    BOOST_TEST(ready(Interest::readable, std::chrono::nanoseconds::max()).value());
    later.join();
    BOOST_TEST(written == ssize_t{8});
    BOOST_TEST(ready(Interest::readable, patience).value());  // and it may be awaited again: the descriptor is still open
    close(event);
    BOOST_TEST(!ready(Interest::readable, patience));
    BOOST_TEST(thrown.find("dup") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(file_cannot_be_awaited_and_that_is_told) {
    Site site;
    std::string thrown;
    char name[] = "/tmp/tollgate_test_XXXXXX";
    const int file = mkstemp(name);
    unlink(name);
    BOOST_TEST(!site.run<bool>([&] { return site.loops.ready(file, Interest::readable, patience); }, thrown));
    BOOST_TEST(thrown != "");
    close(file);
}

BOOST_AUTO_TEST_CASE(two_tasks_may_await_one_descriptor) {
    Site site;
    const int event = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
    std::promise<void> both;
    int ready = 0;
    site.on_loop([&] {
        for (int i = 0; i < 2; ++i)
            site.share().loop.spawn([](Site& s, int fd, int& count, std::promise<void>& done) -> Task<void> {
                count += co_await s.loops.ready(fd, Interest::readable, patience);
                if (count == 2) done.set_value();
            }(site, event, ready, both));
    });
    BOOST_TEST(happened(both));
    close(event);
}

BOOST_AUTO_TEST_CASE(waiting_tasks_may_be_destroyed) {
    Site site;
    const int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    std::promise<void> closed, arrived;
    ScriptedPeer peer{[&](Listening& listening) {
        auto one = listening.accept();
        one.head();
        arrived.set_value();
        one.rest();
        closed.set_value();
    }};
    Task<void> sleeping;
    Task<bool> watching;
    Task<Response> fetching;
    site.on_loop([&] {
        (sleeping = site.loops.sleep(1h)).start();
        (watching = site.loops.ready(event, Interest::readable, 1h)).start();
        (fetching = site.loops.fetch("http://" + peer.address() + "/", Request{}, {})).start();
    });
    BOOST_TEST(happened(arrived));
    site.on_loop([&] {
        BOOST_TEST(!sleeping.done());
        BOOST_TEST(!watching.done());
        BOOST_TEST(!fetching.done());
        sleeping = {};
        watching = {};
        fetching = {};
    });
    BOOST_TEST(happened(closed));
    const std::uint64_t one = 1;
    BOOST_TEST(write(event, &one, sizeof one) == ssize_t{8});  // nobody hears of it
    site.on_loop([] {});
    close(event);
}

BOOST_AUTO_TEST_CASE(fetch_speaks_tls_with_whom_the_system_trusts) {
    const Certificate certificate{{.names = "IP:127.0.0.1"}};
    const auto serve = [](TlsEnd& end) {
        if (!end.shake_hands()) return;
        for (std::string head; !head.ends_with("\r\n\r\n");) head += end.read_some();
        end.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        end.read_some();
    };
    std::string thrown;
    {
        Site site;
        TlsServer server{certificate, serve};
        BOOST_TEST(site.fetch("https://" + server.address().toString() + "/a", {}, &thrown) == "");
        BOOST_TEST(thrown.ends_with("connecting: certificate verify failed: self-signed certificate"), thrown);
    }
    setenv("SSL_CERT_FILE", certificate.file().c_str(), 1);
    Site site;
    TlsServer server{certificate, serve};
    const std::string got = site.fetch("https://" + server.address().toString() + "/a", {}, &thrown);
    unsetenv("SSL_CERT_FILE");
    BOOST_TEST(got == "hello", thrown);
}

BOOST_AUTO_TEST_CASE(fetch_brings_the_whole_answer) {
    std::string seen;
    std::string got;
    {
        ScriptedPeer peer{[&](Listening& listening) {
            auto one = listening.accept();
            seen = one.head() + one.bytes(4);
            one.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
            one.until("never");
        }};
        Site site;
        got = site.fetch("http://" + peer.address() + "/a?b", {}, nullptr, "body");
        BOOST_TEST(seen == "POST /a?b HTTP/1.1\r\nHost: " + peer.address() + "\r\nContent-Length: 4\r\n\r\nbody");
    }
    BOOST_TEST(got == "hello world");
}

BOOST_AUTO_TEST_CASE(fetch_has_limits_of_time_and_size) {
    std::string thrown;
    {
        std::promise<void> over;
        ScriptedPeer peer{[&](Listening& listening) {
            auto one = listening.accept();
            one.head();
            one.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");  // and no more
            over.get_future().wait();
        }};
        Site site;
        BOOST_TEST(site.fetch("http://" + peer.address() + "/", {.timeout = 50ms}, &thrown) == "");
        over.set_value();
        BOOST_TEST(thrown == "no answer in time");
    }
    for (const char* framing : {"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "\r\nhello"}) {
        for (const std::size_t largest : {4u, 5u}) {
            ScriptedPeer peer{[&](Listening& listening) {
                auto one = listening.accept();
                one.head();
                one.say("HTTP/1.1 200 OK\r\n" + std::string(framing));
            }};
            Site site;
            thrown.clear();
            const auto got = site.fetch("http://" + peer.address() + "/", {.largest_body = largest}, &thrown);
            BOOST_TEST(got == (largest == 5 ? "hello" : ""), framing);
            BOOST_TEST((thrown == "") == (largest == 5));
        }
    }
}

BOOST_AUTO_TEST_CASE(fetch_says_why_it_failed) {
    Site site;
    std::string thrown;
    const Deaf deaf;
    for (const std::string& url : {"http://" + deaf.address() + "/", std::string{"ftp://127.0.0.1/"}, std::string{"http:///a"},
                                   std::string{"http://:80/"}, std::string{"http://127.0.0.1/a b"}, std::string{"http://127.0.0.1:x/"},
                                   std::string{"127.0.0.1"}, std::string{"http://127.0.0.1/../a"}}) {
        thrown.clear();
        site.fetch(url, {}, &thrown);
        BOOST_TEST(thrown != "", url);
    }
    // A port may be left out, also behind an IPv6 address; whether somebody listens there is another matter.
    site.fetch("http://[::1]/", {.timeout = 1s}, &thrown);
    BOOST_TEST(thrown.find("expected") == std::string::npos, thrown);
}

BOOST_AUTO_TEST_CASE(fetch_that_no_descriptor_is_left_for_fails_like_any_other) {
    struct NoneLeft {
        rlimit before{};
        NoneLeft() {
            getrlimit(RLIMIT_NOFILE, &before);
            const rlimit none{0, before.rlim_max};
            setrlimit(RLIMIT_NOFILE, &none);
        }
        ~NoneLeft() { setrlimit(RLIMIT_NOFILE, &before); }
    };
    Site site;
    std::string thrown, why;
    {
        const NoneLeft none_left;
        site.run<int>(
            [&]() -> Task<int> {
                try {
                    co_await site.loops.fetch("http://127.0.0.1:1/", Request{"GET", "/"}, {});
                } catch (const FetchError& failed) {
                    why = failed.what();
                }
                co_return 1;
            },
            thrown);
    }
    BOOST_TEST(thrown == "");
    BOOST_TEST(why.find("Too many open files") != why.npos, why);
}

BOOST_AUTO_TEST_CASE(fetch_in_vain_leaves_nothing_behind) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    }};
    Site site;
    std::string thrown;
    BOOST_TEST(site.fetch("http://" + peer.address() + "/", {}, &thrown) == "");
    BOOST_TEST(thrown.find("connection closed") != std::string::npos, thrown);
}

BOOST_AUTO_TEST_CASE(posts_find_loops_that_run) {
    Site site;
    std::promise<void> ran;
    BOOST_TEST(site.loops.post(0, [&] { ran.set_value(); }));
    BOOST_TEST(happened(ran));
    BOOST_TEST(site.loops.this_loop() == 1u);
    site.on_loop([&] { BOOST_TEST(site.loops.this_loop() == 0u); });
    site.loops.set_running(false);
    BOOST_TEST(!site.loops.post(0, [] {}));
}

BOOST_AUTO_TEST_SUITE_END()
