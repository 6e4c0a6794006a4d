// loadtest/line.cpp - one request and its answer; whatever goes wrong gets a name.
#include "loadtest/line.h"

#include "http/hop_by_hop.h"
#include "net/connection.h"
#include "net/tls_stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tollgate::loadtest {

using net::IoResult;
using namespace std::chrono_literals;

namespace {

constexpr http::HeadLimits answer_limits{16 << 10, 32 << 10, 256};
constexpr int most_interim_answers = 16;
constexpr net::Duration whole_time = 24h;  // the answer's timeout is over sooner

Lost lost(const IoResult& how, const char* what) {
    if (how.kind == IoResult::Kind::timed_out) return {Tally::Ending::timeout, std::string{"timeout "} + what};
    if (how.kind == IoResult::Kind::ended) return {Tally::Ending::connection_error, std::string{"closed "} + what};
    if (how.error == ECONNREFUSED) return {Tally::Ending::connection_error, "connection refused"};
    return {Tally::Ending::connection_error, how.describe() + ' ' + what};
}

}  // namespace

void Line::close() noexcept {
    uploading_ = {};
    wire_.release_buffer();
    wire_.stream.reset();
}

void Line::keep() noexcept {
    uploading_ = {};
    wire_.release_buffer();
    kept_in_turn_ = loop_.turn();
}

net::Duration Line::time_left() const noexcept {
    return std::max<net::Duration>(due_ - loop_.now(), net::Duration::zero());
}

Task<int> Line::exchange(const RenderedRequest& request, std::string_view head, TimePoint due) {
    due_ = due;
    // What came while the connection was idle may not have been told yet.
    if (wire_.stream && kept_in_turn_ != loop_.turn() && !wire_.stream->silent()) close();
    if (!wire_.stream) co_await connect(due);
    net::Stream& stream = *wire_.stream;
    const IoResult sent = co_await stream.write(head, time_left());
    if (sent.kind == IoResult::Kind::timed_out) throw lost(sent, "while sending");
    sent_whole_ = static_cast<bool>(sent);
    meter_.wrote(sent.bytes);
    // A server may answer early, and then hang up on what it has not read: its answer counts.
    if (sent && !request.body.empty()) {
        uploading_ = upload(stream, request.body);
        uploading_.start();
    }
    for (int interim = 0; !co_await read_head(request.head_only); ++interim)
        if (interim == most_interim_answers) throw Lost{Tally::Ending::connection_error, "too many interim answers"};
    if (!parser_->body_done()) co_await read_body();
    const TimePoint done = Clock::now();
    if (done > due) throw lost({IoResult::Kind::timed_out}, "at the end of an answer");
    co_return parser_->status();
}

Task<void> Line::connect(TimePoint due) {
    due_ = due;
    const TimePoint begun = Clock::now();
    connect_failed_ = true;
    wire_.stream = co_await open();
    wire_.stream->set_owner(this);
    connect_failed_ = false;
    meter_.connected(Clock::now() - begun);
}

// Connected, hands shaken. Throws Lost.
Task<std::unique_ptr<net::Stream>> Line::open() {
    IoResult how;
    if (way_.from) co_return open_from(*way_.from);
    if (!way_.endpoint.secure) {
        std::unique_ptr<net::Stream> plain =
            co_await net::Connection::connect(loop_, way_.address, time_left(), how);
        if (!plain) throw lost(how, "while connecting");
        co_return plain;
    }
    std::string problem;
    std::unique_ptr<net::Stream> secure =
        co_await net::TlsStream::connect(loop_, way_.address, *way_.tls, way_.endpoint.host, time_left(), how, problem);
    const bool of_tls = how.kind == IoResult::Kind::failed && how.error != ECONNREFUSED && !problem.empty();
    if (!secure && of_tls) throw Lost{Tally::Ending::connection_error, "TLS: " + problem};
    if (!secure) throw lost(how, "while connecting");
    co_return secure;
}

// Perhaps not connected yet: then the first write awaits it, and hears why not.
std::unique_ptr<net::Stream> Line::open_from(const Poco::Net::SocketAddress& own) {
    const auto fail = [](int descriptor, const char* what) {
        const std::string why = std::generic_category().message(errno);
        if (descriptor >= 0) ::close(descriptor);
        throw Lost{Tally::Ending::connection_error, why + ' ' + what};
    };
    const int descriptor = ::socket(own.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail(descriptor, "while making a socket");
    if (::bind(descriptor, own.addr(), own.length()) != 0) fail(descriptor, "while binding to an own address");
    if (::connect(descriptor, way_.address.addr(), way_.address.length()) != 0 && errno != EINPROGRESS)
        fail(descriptor, "while connecting");
    return std::make_unique<net::Connection>(loop_, descriptor);
}

Task<void> Line::upload(net::Stream& stream, std::string_view body) {
    sent_whole_ = false;
    const IoResult sent = co_await stream.write(body, whole_time);
    sent_whole_ = static_cast<bool>(sent);
    meter_.wrote(sent.bytes);
}

// Bytes that keep coming put no timeout off.
Task<IoResult> Line::receive() {
    const net::Duration left = time_left();
    if (left == net::Duration::zero()) co_return IoResult{IoResult::Kind::timed_out};
    const IoResult more = co_await wire_.more(left);
    if (more) meter_.received(more.bytes);
    co_return more;
}

// False: it was an interim answer's.
Task<bool> Line::read_head(bool head_only) {
    parser_.emplace(answer_limits, head_);
    if (head_only) parser_->answers_head_request();
    for (bool begun = !wire_.buffered().empty();;) {
        std::size_t consumed = 0;
        const bool whole = begun && parser_->parse_head(wire_.buffered(), consumed);
        wire_.consume(consumed);
        if (whole) co_return parser_->status() / 100 != 1 || parser_->status() == 101;
        const IoResult more = co_await receive();
        if (!more) throw lost(more, begun ? "in the middle of an answer's head" : "before an answer");
        begun = true;
    }
}

Task<void> Line::read_body() {
    for (;;) {
        std::size_t consumed = 0;
        std::string_view piece;
        const bool whole = parser_->parse_body(wire_.buffered(), consumed, piece);
        wire_.consume(consumed);
        if (whole) co_return;
        if (consumed > 0 && !wire_.buffered().empty()) continue;
        const IoResult more = co_await receive();
        if (more.kind == IoResult::Kind::ended && parser_->framing() == http::Framing::until_close) co_return;
        if (!more) throw lost(more, "in the middle of an answer's body");
    }
}

// RFC 9112 section 9.3.
bool Line::reusable() const noexcept {
    if (!sent_whole_ || parser_->status() == 101 || parser_->framing() == http::Framing::until_close ||
        !wire_.buffered().empty())
        return false;
    if (wire_.stream->may_read() && !wire_.stream->silent()) return false;
    return http::connection_options(head_.headers).persists(parser_->version_minor());
}

}  // namespace tollgate::loadtest
