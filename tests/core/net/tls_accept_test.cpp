// tests/core/net/tls_accept_test.cpp - the server's handshakes: their pace, their end, and certificates of files.
#include "core/net/tls_client.h"
#include "net/tls_stream.h"
#include "support/connection.h"
#include "support/temporary_folder.h"

#include <Poco/Net/SocketAddress.h>

#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

using namespace tollgate;
using namespace tollgate::net;
using namespace std::chrono_literals;
using Kind = IoResult::Kind;

namespace {

std::shared_ptr<const TlsServerContext> context_of(const test::Certificate& certificate) {
    TlsServerContext::Options options{.certificates = {}};
    std::vector<TlsCertificate::Problem> problems;
    options.certificates.emplace_back(certificate.file().string(), certificate.key_file().string(), problems);
    BOOST_TEST_REQUIRE(problems.empty());
    return std::make_shared<TlsServerContext>(std::move(options), nullptr);
}

// A client and a server that meet on one loop.
struct Meeting {
    ~Meeting() { ::close(listener); }
    // Runs a client that connects and reads to the end beside `serve`, which gets the server's end of its connection.
    void run(auto serve) {
        int left = 2;
        std::exception_ptr failure;
        loop.on_spawned_failure([&](std::exception_ptr thrown) {
            failure = thrown;
            loop.stop();
        });
        const auto end = [&] {
            if (--left == 0) loop.stop();
        };
        const auto client = [&]() -> Task<void> {
            const Poco::Net::SocketAddress address{test::bound_address(listener)};
            met = co_await test::attempt(loop, address, trusting);
            if (met.stream) said = co_await test::read(*met.stream, 100);
            end();
        };
        const auto server = [&]() -> Task<void> {
            const int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            BOOST_TEST_REQUIRE(descriptor >= 0);
            co_await serve(std::make_unique<TlsStream>(loop, descriptor, context));
            end();
        };
        loop.spawn(client());  // which has connected when it first waits
        loop.spawn(server());
        loop.run();
        if (failure) std::rethrow_exception(failure);
    }

    EventLoop loop{0};
    HandshakePace pace;
    const int listener = test::listen_on("127.0.0.1:0");
    const std::shared_ptr<const TlsServerContext> context = context_of(test::local_certificate());
    const TlsClientContext trusting{{.authorities = test::local_certificate().file().string()}};
    test::Attempt met;
    test::Said said;
};

std::string problems_of(const std::string& certificate, const std::string& key) {
    std::vector<TlsCertificate::Problem> problems;
    const TlsCertificate tried{certificate, key, problems};
    std::string all;
    for (const auto& problem : problems) all += (problem.of_key ? "key " : "certificate ") + problem.what + "; ";
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_tls_accept)

BOOST_AUTO_TEST_CASE(our_own_client_and_server_understand_each_other) {
    Meeting meeting;
    meeting.run([&](std::unique_ptr<TlsStream> stream) -> Task<void> {
        BOOST_TEST(bool(co_await stream->shake_hands(meeting.pace, test::patience)));
        BOOST_TEST(!stream->resumed());
        BOOST_TEST(!stream->client_certificate());
        co_await test::write(*stream, "welcome");
    });
    BOOST_TEST(bool(meeting.met.stream), meeting.met.problem);
    BOOST_TEST(meeting.said.text == "welcome");
    BOOST_TEST((meeting.said.result.kind == Kind::ended));
}

BOOST_AUTO_TEST_CASE(what_one_turn_does_not_grant_waits_for_the_next) {
    Meeting meeting;
    std::uint64_t steps = 0;
    meeting.run([&](std::unique_ptr<TlsStream> stream) -> Task<void> {
        const std::uint64_t began = meeting.loop.turn();
        BOOST_TEST(meeting.pace.grants(meeting.loop));
        meeting.pace.count(1h);
        BOOST_TEST(!meeting.pace.grants(meeting.loop));
        BOOST_TEST(bool(co_await stream->shake_hands(meeting.pace, test::patience)));
        steps = meeting.loop.turn() - began;
    });
    BOOST_TEST(bool(meeting.met.stream), meeting.met.problem);
    BOOST_TEST(steps >= 1u);
}

BOOST_AUTO_TEST_CASE(a_handshake_that_does_not_begin_is_given_up) {
    Meeting meeting;
    IoResult result;
    const int silent = test::connect_to(test::bound_address(meeting.listener));
    const int descriptor = ::accept4(meeting.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    const auto server = [&]() -> Task<void> {
        TlsStream stream{meeting.loop, descriptor, meeting.context};
        result = co_await stream.shake_hands(meeting.pace, 20ms);
        BOOST_TEST(stream.handshake_problem(result) == "TLS handshake timed out");
    };
    test::run_on(meeting.loop, server());
    ::close(silent);
    BOOST_TEST((result.kind == Kind::timed_out));
}

BOOST_AUTO_TEST_CASE(files_that_are_no_certificate_and_key_are_told_apart) {
    const test::Certificate good{{.names = "DNS:Api.Example,DNS:*.example"}}, other{{}};
    const test::TemporaryFolder folder;
    const std::string text = (folder / "text").string(), empty = (folder / "empty").string(), none = (folder / "none").string();
    std::ofstream{text} << "certainly not\n";
    std::ofstream{empty} << "";
    const std::string certificate = good.file().string(), key = good.key_file().string();
    BOOST_TEST(problems_of(certificate, key) == "");
    BOOST_TEST(problems_of(certificate, other.key_file().string()) == "key is not the certificate's; ");
    BOOST_TEST(problems_of(text, key) == "certificate holds no certificate in PEM; ");
    BOOST_TEST(problems_of(certificate, text) == "key holds no private key in PEM; ");
    BOOST_TEST(problems_of(none, empty) ==
               "certificate cannot be read: No such file or directory; key is empty; ");
    BOOST_TEST(problems_of(folder.path().string(), key) == "certificate cannot be read: Is a directory; ");
    std::vector<TlsCertificate::Problem> problems;
    const TlsCertificate read{certificate, key, problems};
    BOOST_TEST((read.names() == std::vector<std::string>{"api.example", "*.example"}));
}

BOOST_AUTO_TEST_SUITE_END()
