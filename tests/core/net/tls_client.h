// tests/core/net/tls_client.h - what tests of TLS share: a loop for one coroutine, and a client with a certificate.
#pragma once

#include "net/tls_stream.h"
#include "support/certificates.h"
#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::test {

inline const Certificate& local_certificate() {
    static const Certificate certificate{{.names = "DNS:api.example,IP:127.0.0.1"}};
    return certificate;
}

// Runs a task on a loop of this thread, to its end. Throws what it throws.
inline void run_on(net::EventLoop& loop, Task<void> task) {
    std::exception_ptr failure;
    loop.spawn([](Task<void> inner, net::EventLoop& running, std::exception_ptr& thrown) -> Task<void> {
        try {
            co_await inner;
        } catch (...) {
            thrown = std::current_exception();
        }
        running.stop();
    }(std::move(task), loop, failure));
    loop.run();
    if (failure) std::rethrow_exception(failure);
}

struct Attempt {
    std::unique_ptr<net::TlsStream> stream;
    net::IoResult result;
    std::string problem;
};

inline Task<Attempt> attempt(net::EventLoop& loop, const Poco::Net::SocketAddress& address,
                             const net::TlsClientContext& context, std::string host = "127.0.0.1",
                             net::Duration timeout = patience) {
    Attempt made;
    made.stream = co_await net::TlsStream::connect(loop, address, context, std::move(host), timeout, made.result,
                                                   made.problem);
    co_return std::move(made);
}

// A stream that must come about.
inline Task<std::unique_ptr<net::TlsStream>> connected(net::EventLoop& loop, const Poco::Net::SocketAddress& address) {
    const net::TlsClientContext context{{.authorities = local_certificate().file().string()}};
    Attempt made = co_await attempt(loop, address, context);
    BOOST_TEST_REQUIRE(bool(made.stream), made.problem);
    co_return std::move(made.stream);
}

struct Said {
    net::IoResult result;
    std::string text;
};

// Reads `bytes` of them, or until the end.
inline Task<Said> read(net::Stream& stream, std::size_t bytes) {
    Said said;
    std::array<char, 4096> buffer;
    while (said.text.size() < bytes) {
        const std::size_t most = std::min(buffer.size(), bytes - said.text.size());
        said.result = co_await stream.read(std::span{buffer}.first(most), patience);
        if (!said.result) break;
        said.text.append(buffer.data(), said.result.bytes);
    }
    co_return std::move(said);
}

inline Task<net::IoResult> write(net::Stream& stream, std::vector<std::string_view> pieces) {
    co_return co_await stream.write(pieces, patience);
}
inline Task<net::IoResult> write(net::Stream& stream, std::string_view piece) {
    co_return co_await stream.write(piece, patience);
}

// Bytes that are not the same everywhere, so that none can be lost, doubled or moved.
inline std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    std::uint32_t state = 1;
    for (char& letter : text) letter = static_cast<char>('a' + ((state = state * 1664525 + 1013904223) >> 24) % 26);
    return text;
}

}  // namespace tollgate::test
