// tests/core/net/tls_stream_test.cpp - TLS to servers that are good, slow, rude, or none.
#include "net/tls_stream.h"

#include "core/net/tls_client.h"
#include "support/nginx.h"
#include "support/tls_server.h"

#include <sys/socket.h>

using namespace tollgate;
using namespace tollgate::net;
using namespace std::chrono_literals;
using Kind = IoResult::Kind;
using test::connected;
using test::local_certificate;
using test::pattern;
using test::run_on;
using test::Said;
using test::TlsEnd;
using test::TlsServer;

namespace {

// What becomes of connecting to `address`.
test::Attempt failing(const Poco::Net::SocketAddress& address, Duration timeout = test::patience) {
    const TlsClientContext context{{}};
    EventLoop loop{0};
    test::Attempt made;
    const auto client = [&]() -> Task<void> {
        made = co_await test::attempt(loop, address, context, "127.0.0.1", timeout);
    };
    run_on(loop, client());
    BOOST_TEST(!made.stream);
    return made;
}

// Runs `client` with a stream to `server`.
void with(const TlsServer& server, auto client) {
    EventLoop loop{0};
    const auto task = [&]() -> Task<void> {
        const std::unique_ptr<TlsStream> stream = co_await connected(loop, server.address());
        co_await client(*stream);
    };
    run_on(loop, task());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_tls_stream)

BOOST_AUTO_TEST_CASE(bytes_go_both_ways_until_the_end) {
    TlsServer server{local_certificate(), [](TlsEnd& end) {
                         end.shake_hands();
                         end.write("got " + end.read(5));
                         end.close_notify();
                     }};
    with(server, [](TlsStream& stream) -> Task<void> {
        BOOST_TEST((co_await test::write(stream, {"he", "", "llo"})).bytes == 5u);
        const Said said = co_await test::read(stream, 100);
        BOOST_TEST(said.text == "got hello");
        BOOST_TEST((said.result.kind == Kind::ended));
        BOOST_TEST(stream.problem() == "");
    });
    server.wait();
}

BOOST_AUTO_TEST_CASE(who_does_not_speak_tls_is_named) {
    TlsServer server{local_certificate(), [](TlsEnd& end) {
                         end.read_plain();
                         end.write_plain("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                     }};
    const test::Attempt made = failing(server.address());
    BOOST_TEST(made.result.error == EPROTO);
    BOOST_TEST(made.problem == "TLS handshake failed: the other side does not speak TLS");
}

BOOST_AUTO_TEST_CASE(who_leaves_during_the_handshake_is_not_waited_for) {
    TlsServer server{local_certificate(), [](TlsEnd& end) { end.read_plain(); }};
    const test::Attempt made = failing(server.address());
    BOOST_TEST(made.result.error == ECONNRESET);
    BOOST_TEST(made.problem == "connection closed during the TLS handshake");
}

BOOST_AUTO_TEST_CASE(a_handshake_has_a_timeout) {
    test::Gate over;
    TlsServer server{local_certificate(), [&](TlsEnd&) { over.wait(); }};
    const test::Attempt made = failing(server.address(), 500ms);
    over.open();
    BOOST_TEST((made.result.kind == Kind::timed_out));
    BOOST_TEST(made.problem == "TLS handshake timed out");
}

BOOST_AUTO_TEST_CASE(nobody_there_is_a_refused_connection) {
    Poco::Net::SocketAddress gone;
    {
        TlsServer server{local_certificate(), [](TlsEnd&) {}};
        gone = server.address();
    }
    const test::Attempt made = failing(gone);
    BOOST_TEST(made.result.error == ECONNREFUSED);
    BOOST_TEST(made.problem == "Connection refused");
}

BOOST_AUTO_TEST_CASE(connecting_and_reading_can_be_given_up) {
    test::Gate over;
    TlsServer silent{local_certificate(), [&](TlsEnd&) { over.wait(); }};
    TlsServer polite{local_certificate(), [&](TlsEnd& end) {
                         end.shake_hands();
                         over.wait();
                     }};
    const TlsClientContext context{{.authorities = local_certificate().file().string()}};
    EventLoop loop{0};
    bool went_on = false;
    const auto client = [&]() -> Task<void> {
        const auto stream = co_await connected(loop, polite.address());
        const auto connecting = [&]() -> Task<void> {
            co_await test::attempt(loop, silent.address(), context);
            went_on = true;
        };
        const auto reading = [&]() -> Task<void> {
            co_await test::read(*stream, 10);
            went_on = true;
        };
        Task<void> connect = connecting(), read = reading();
        connect.start();
        read.start();
        // Turns of the loop, in which both wait; then they are destroyed.
        co_await test::attempt(loop, silent.address(), context, "127.0.0.1", 50ms);
    };
    run_on(loop, client());
    BOOST_TEST(!went_on);
    over.open();
}

BOOST_AUTO_TEST_CASE(a_cut_is_no_end) {
    TlsServer server{local_certificate(), [](TlsEnd& end) {
                         end.shake_hands();
                         end.write("half");
                     }};
    with(server, [](TlsStream& stream) -> Task<void> {
        const Said said = co_await test::read(stream, 100);
        BOOST_TEST(said.text == "half");
        BOOST_TEST((said.result.kind == Kind::failed));
        BOOST_TEST(said.result.error == ECONNRESET);
        BOOST_TEST(stream.problem() == "connection closed without a close_notify");
        BOOST_TEST(stream.may_read());  // that there is nothing more is told again
        BOOST_TEST((co_await test::read(stream, 1)).result.error == ECONNRESET);
        BOOST_TEST((co_await test::write(stream, "x")).error == ECONNRESET);
    });
}

BOOST_AUTO_TEST_CASE(what_is_tampered_with_is_refused) {
    TlsServer server{local_certificate(), [](TlsEnd& end) {
                         end.shake_hands();
                         end.write("good");
                         // A record that says it is application data, with a tag that is none.
                         end.write_plain(std::string{"\x17\x03\x03\x00\x20", 5} + std::string(32, 'x'));
                     }};
    with(server, [](TlsStream& stream) -> Task<void> {
        const Said said = co_await test::read(stream, 100);
        BOOST_TEST(said.text == "good");
        BOOST_TEST(said.result.error == EPROTO);
        BOOST_TEST(stream.problem() == "decryption failed or bad record mac");
    });
}

BOOST_AUTO_TEST_CASE(a_record_is_read_in_small_pieces_without_another_event) {
    const std::string text = pattern(16'000);
    test::Gate read_all;
    TlsServer server{local_certificate(), [&](TlsEnd& end) {
                         end.shake_hands();
                         end.write(text);
                         read_all.wait();
                     }};
    with(server, [&](TlsStream& stream) -> Task<void> {
        std::string got;
        std::array<char, 7> few;
        while (got.size() < text.size()) {
            const IoResult ready = co_await stream.readable(test::patience);
            BOOST_TEST_REQUIRE(bool(ready));
            const IoResult result = stream.try_read(few);
            BOOST_TEST_REQUIRE(bool(result));
            got.append(few.data(), result.bytes);
        }
        BOOST_TEST((got == text));
        BOOST_TEST(!stream.may_read());
        BOOST_TEST(stream.silent());
        BOOST_TEST((stream.try_read(few).kind == Kind::blocked));
        read_all.open();
    });
}

BOOST_AUTO_TEST_CASE(writing_goes_on_as_a_slow_reader_reads) {
    const std::string text = pattern(8 << 20), head = "head";
    test::Gate stuck;
    std::string got;
    TlsServer server{local_certificate(), [&](TlsEnd& end) {
                         end.shake_hands();
                         stuck.wait();
                         got = end.read(head.size() + text.size() + head.size());
                     }};
    with(server, [&](TlsStream& stream) -> Task<void> {
        // As much as goes into the sockets; then the same from there on, from elsewhere.
        const std::array<iovec, 2> pieces{{{const_cast<char*>(head.data()), head.size()},
                                           {const_cast<char*>(text.data()), text.size()}}};
        IoResult result = stream.try_write(pieces);
        BOOST_TEST_REQUIRE(bool(result));
        BOOST_TEST(result.bytes > head.size());  // one record for both
        std::string_view rest = text;
        for (rest.remove_prefix(result.bytes - head.size()); result; rest.remove_prefix(result.bytes)) {
            const iovec piece{const_cast<char*>(rest.data()), rest.size()};
            result = stream.try_write({&piece, 1});
        }
        BOOST_TEST((result.kind == Kind::blocked));
        const std::string moved{rest};
        stuck.open();
        BOOST_TEST((co_await test::write(stream, {moved, head})).bytes == moved.size() + head.size());
    });
    server.wait();
    BOOST_TEST((got == head + text + head));
}

BOOST_AUTO_TEST_CASE(reading_and_writing_go_on_at_once_while_keys_change) {
    const std::string up = pattern(4 << 20), down = pattern(3 << 20);
    std::string got;
    TlsServer server{local_certificate(), [&](TlsEnd& end) {
                         end.shake_hands();
                         for (std::size_t at = 0; at < down.size(); at += 64 << 10) {
                             end.change_keys(at % (128 << 10) == 0);
                             end.write(std::string_view{down}.substr(at, 64 << 10));
                             if (got.size() < up.size()) got += end.read_some();
                         }
                         got += end.read(up.size() - got.size());
                         end.write("!");
                         end.read_some();  // to its end: what is left unread would have the kernel reset the connection
                     }};
    with(server, [&](TlsStream& stream) -> Task<void> {
        IoResult sent;
        const auto write = [&]() -> Task<void> { sent = co_await test::write(stream, up); };
        Task<void> writing = write();
        writing.start();
        const Said said = co_await test::read(stream, down.size() + 1);
        BOOST_TEST_REQUIRE(writing.done(), stream.problem());
        BOOST_TEST(sent.bytes == up.size());
        BOOST_TEST((said.text == down + "!"), stream.problem());
    });
    server.wait();
    BOOST_TEST((got == up));
}

BOOST_AUTO_TEST_CASE(session_tickets_are_nothing_to_be_read) {
    test::Gate tickets, speak;
    TlsServer server{local_certificate(), [&](TlsEnd& end) {
                         end.shake_hands();  // of TLS 1.3 the server's last words of it are two tickets
                         tickets.open();
                         speak.wait();
                         end.write("x");
                         end.read_some();
                     }};
    with(server, [&](TlsStream& stream) -> Task<void> {
        tickets.wait();
        char byte;
        BOOST_TEST(recv(stream.descriptor(), &byte, 1, MSG_PEEK) == 1);
        BOOST_TEST(stream.silent());
        BOOST_TEST(!stream.may_read());
        speak.open();
        const IoResult ready = co_await stream.readable(test::patience);
        BOOST_TEST(bool(ready));
        BOOST_TEST(!stream.silent());
        BOOST_TEST((co_await test::read(stream, 1)).text == "x");
    });
}

BOOST_AUTO_TEST_CASE(an_owner_hears_of_bytes_and_not_of_tickets) {
    struct Ears final : Stream::Owner {
        void on_unawaited(bool) override {
            ++heard;
            loop->stop();
        }
        EventLoop* loop;
        int heard = 0;
    };
    test::Gate tickets, speak;
    TlsServer server{local_certificate(), [&](TlsEnd& end) {
                         end.shake_hands();
                         tickets.open();
                         speak.wait();
                         end.write("x");
                         end.read_some();
                     }};
    EventLoop loop{0};
    std::unique_ptr<TlsStream> stream;
    Ears ears;
    ears.loop = &loop;
    const auto client = [&]() -> Task<void> {
        stream = co_await connected(loop, server.address());
        stream->set_owner(&ears);
        tickets.wait();
        // A turn of the loop in which the tickets are what there is.
        const TlsClientContext context{{}};
        co_await test::attempt(loop, server.address(), context, "127.0.0.1", 20ms);
        BOOST_TEST(ears.heard == 0);
        speak.open();
    };
    Task<void> task = client();
    loop.post([&] { task.start(); });
    loop.run();
    BOOST_TEST(ears.heard == 1);
    BOOST_TEST(stream->may_read());
}

BOOST_AUTO_TEST_CASE(silence_ends_with_the_connection) {
    test::Gate told;
    TlsServer server{local_certificate(), [&](TlsEnd& end) {
                         end.shake_hands();
                         told.wait();
                         end.close_notify();
                     }};
    with(server, [&](TlsStream& stream) -> Task<void> {
        BOOST_TEST(stream.silent());
        told.open();
        server.wait();
        BOOST_TEST(!stream.silent());
        BOOST_TEST((co_await test::read(stream, 1)).result.bytes == 0u);
        BOOST_TEST((stream.try_read({}).kind == Kind::ended));
    });
}

BOOST_AUTO_TEST_CASE(who_ends_writing_can_still_read) {
    TlsServer server{local_certificate(), [](TlsEnd& end) {
                         end.shake_hands();
                         const std::string got = end.read(5);
                         if (end.read_some().empty()) end.write(got + ", bye");  // after close_notify
                         end.close_notify();
                     }};
    with(server, [](TlsStream& stream) -> Task<void> {
        BOOST_TEST(bool(co_await test::write(stream, "hello")));
        stream.end_writing();
        const Said said = co_await test::read(stream, 100);
        BOOST_TEST(said.text == "hello, bye");
        BOOST_TEST((said.result.kind == Kind::ended));
    });
    server.wait();
}

BOOST_AUTO_TEST_CASE(closing_says_so_and_resetting_does_not) {
    for (const bool reset : {false, true}) {
        bool ended = false;
        TlsServer server{local_certificate(), [&](TlsEnd& end) {
                             end.shake_hands();
                             ended = end.read_some().empty();
                         }};
        with(server, [reset](TlsStream& stream) -> Task<void> {
            if (reset) stream.close_by_reset();
            co_return;
        });
        if (reset)
            BOOST_CHECK_THROW(server.wait(), std::runtime_error);
        else
            server.wait();
        BOOST_TEST(ended != reset);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_before_the_body_was_taken_can_be_read) {
    TlsServer server{local_certificate(), [](TlsEnd& end) {
                         end.shake_hands();
                         end.read(1);
                         end.write("413 too large");
                     }};  // and closes, with bytes unread: a reset
    const std::string body(64 << 20, 'x');
    with(server, [&](TlsStream& stream) -> Task<void> {
        BOOST_TEST(((co_await test::write(stream, body)).kind == Kind::failed));
        const Said said = co_await test::read(stream, 13);
        BOOST_TEST(said.text == "413 too large", stream.problem());
    });
}

BOOST_AUTO_TEST_CASE(large_bodies_go_both_ways_to_nginx) {
    const test::Certificate& certificate = local_certificate();
    const test::TemporaryFolder folder;
    const std::string socket = (folder / "tls").string();
    test::Nginx nginx{"    listen unix:" + socket + " ssl; ssl_certificate " + certificate.file().string() +
                      "; ssl_certificate_key " + certificate.key_file().string() +
                      ";\n    location / { dav_methods PUT; }"};
    const std::string body = pattern(16 << 20);
    const TlsClientContext context{{.authorities = certificate.file().string()}};
    const Poco::Net::SocketAddress address{Poco::Net::AddressFamily::UNIX_LOCAL, socket};
    EventLoop loop{0};
    const auto client = [&]() -> Task<void> {
        const test::Attempt made = co_await test::attempt(loop, address, context, "api.example");
        BOOST_TEST_REQUIRE(bool(made.stream), made.problem);
        const std::string put = "PUT /body HTTP/1.1\r\nHost: api.example\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n";
        BOOST_TEST((co_await test::write(*made.stream, {put, body})).bytes == put.size() + body.size());
        const std::string get = "GET /body HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n";
        BOOST_TEST(bool(co_await test::write(*made.stream, get)));
        const Said said = co_await test::read(*made.stream, 64 << 20);
        BOOST_TEST((said.result.kind == Kind::ended));
        BOOST_TEST(said.text.starts_with("HTTP/1.1 201 Created\r\n"));
        BOOST_TEST(said.text.ends_with(body));
    };
    run_on(loop, client());
}

BOOST_AUTO_TEST_SUITE_END()
