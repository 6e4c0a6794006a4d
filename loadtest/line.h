// loadtest/line.h - Line: one connection to one endpoint, on which one request at a time is asked and answered.
#pragma once

#include "http/parser.h"
#include "http/wire.h"
#include "loadtest/plan.h"
#include "loadtest/tally.h"
#include "net/event_loop.h"

#include <tollgate/task.h>

#include <Poco/Net/SocketAddress.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

// How a request ended without a whole answer. Thrown by Line.
struct Lost {
    Tally::Ending ending;
    std::string problem;
};

// Hears of the bytes and connections of a Line.
class Meter {
public:
    virtual void wrote(std::size_t bytes) = 0;
    virtual void received(std::size_t bytes) = 0;
    virtual void connected(Nanoseconds time) = 0;

protected:
    ~Meter() = default;
};

// Where a Line leads to. What it points at outlives the Line.
struct Way {
    const Endpoint& endpoint;
    const Poco::Net::SocketAddress& address;
    const net::TlsClientContext* tls;  // where the endpoint is secure
    std::optional<Poco::Net::SocketAddress> from{};  // the address that is connected from; only without TLS
};

// Lives and runs on one loop.
class Line final : private net::Stream::Owner {
public:
    Line(net::EventLoop& loop, const Way& way, Meter& meter) : loop_{loop}, way_{way}, meter_{meter} {}

    // [coroutines] Throw Lost, at `due` at the latest; what cannot be an answer is http::Malformed.
    Task<void> connect(TimePoint due);
    // Sends `head` (request line to blank line, with a small body behind it) and the rest of the body; connects before,
    // if need be. The status of the whole answer. Only one at a time.
    Task<int> exchange(const RenderedRequest& request, std::string_view head, TimePoint due);

    // After an answer: whether the connection can take another request, as far as we can know by now. Then keep() it,
    // else close() it.
    bool reusable() const noexcept;
    void keep() noexcept;
    void close() noexcept;
    bool connect_failed() const noexcept { return connect_failed_; }  // the last time it was tried
    const Headers& answer_headers() const noexcept { return head_.headers; }

private:
    Task<std::unique_ptr<net::Stream>> open();
    std::unique_ptr<net::Stream> open_from(const Poco::Net::SocketAddress& own);
    Task<void> upload(net::Stream& stream, std::string_view body);
    Task<bool> read_head(bool head_only);
    Task<void> read_body();
    Task<net::IoResult> receive();
    net::Duration time_left() const noexcept;
    // The connection ended while nothing was under way, or something came that nobody asked for: the next request
    // opens another.
    void on_unawaited(bool) override { close(); }

    net::EventLoop& loop_;
    const Way way_;
    Meter& meter_;
    http::Wire wire_{nullptr};
    std::uint64_t kept_in_turn_ = 0;  // of the loop, when its last request ended
    TimePoint due_{};                 // when the request under way has timed out
    http::ParsedHead head_;
    std::optional<http::ResponseParser> parser_;
    bool connect_failed_ = false;
    bool sent_whole_ = false;         // head and body of the request
    Task<void> uploading_;
};

}  // namespace tollgate::loadtest
