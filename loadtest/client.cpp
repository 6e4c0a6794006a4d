// loadtest/client.cpp - one request and its answer, again and again; whatever goes wrong gets a name and is counted.
#include "loadtest/client.h"

#include "http/hop_by_hop.h"
#include "loadtest/worker.h"
#include "net/connection.h"
#include "net/pause.h"
#include "net/tls_stream.h"

#include <cerrno>

namespace tollgate::loadtest {

using net::IoResult;
using namespace std::chrono_literals;

namespace {

constexpr http::HeadLimits answer_limits{16 << 10, 32 << 10, 256};
constexpr int most_interim_answers = 16;
constexpr net::Duration whole_time = 24h;         // the answer's timeout is over sooner
constexpr net::Duration pause_after_failure = 10ms;  // in a closed loop, which would ask again at once, and for ever

// How a request ended without a whole answer. Thrown on its way, caught once, in ask().
struct Lost {
    Tally::Ending ending;
    std::string problem;
};

Lost lost(const IoResult& how, const char* what) {
    if (how.kind == IoResult::Kind::timed_out) return {Tally::Ending::timeout, std::string{"timeout "} + what};
    if (how.kind == IoResult::Kind::ended) return {Tally::Ending::connection_error, std::string{"closed "} + what};
    if (how.error == ECONNREFUSED) return {Tally::Ending::connection_error, "connection refused"};
    return {Tally::Ending::connection_error, how.describe() + ' ' + what};
}

}  // namespace

void Client::Line::close() noexcept {
    wire.release_buffer();
    wire.stream.reset();
}

Client::Client(Worker& worker) : worker_{worker}, plan_{worker.plan()}, tally_{worker.tally()} {
    for (std::size_t i = 0; i < plan_.addresses.size(); ++i) lines_.push_back(std::make_unique<Line>());
}

net::Duration Client::time_left() const noexcept {
    return std::max<net::Duration>(due_ - worker_.loop().now(), net::Duration::zero());
}

Task<void> Client::run() {
    connect_failed_ = false;
    while (const auto planned = co_await worker_.next_turn()) {
        sample_ = worker_.begin_request(*planned);
        co_await ask();
        sample_.reset();
        worker_.end_request();
        // Also in an open loop the thread must get to its other work where connecting fails at once.
        if (std::exchange(connect_failed_, false))
            co_await net::Pause{worker_.loop(), plan_.options.open_loop() ? net::Duration::zero() : pause_after_failure};
    }
    worker_.client_ended();
}

Task<void> Client::connect_all(std::string& problem) {
    for (std::uint32_t endpoint = 0; endpoint < lines_.size(); ++endpoint) {
        due_ = worker_.loop().now() + plan_.options.timeout;
        try {
            co_await connect(endpoint);
        } catch (const Lost& failure) {
            problem = plan_.requests.endpoints()[endpoint].shown() + ": " + failure.problem;
        } catch (const std::exception& failure) {
            problem = failure.what();
        }
    }
    worker_.client_connected(problem);
}

Task<void> Client::ask() {
    Sample& sample = *sample_;
    const RenderedRequest& request = plan_.requests.of(sample.target, sample.key);
    Line& line = *lines_[request.endpoint];
    out_.assign(request.head);
    if (request.id_at > 0) write_request_id(out_.data() + request.id_at, plan_.run_id, worker_.number(), sample.number);
    due_ = sample.sent + plan_.options.timeout;
    tally_.send(sample);
    bool keep = false;
    try {
        const int status = co_await exchange(request, line);
        const TimePoint done = Clock::now();
        if (done > due_) throw lost({IoResult::Kind::timed_out}, "at the end of an answer");
        tally_.answer(sample, status, done);
        keep = reusable(line.wire);
    } catch (const Lost& failure) {
        tally_.fail(sample, failure.ending, failure.problem, Clock::now());
    } catch (const http::Malformed& malformed) {
        tally_.fail(sample, Tally::Ending::connection_error, "malformed answer: " + malformed.message, Clock::now());
    } catch (const std::exception& failure) {  // no memory, no descriptor
        tally_.fail(sample, Tally::Ending::connection_error, failure.what(), Clock::now());
    }
    uploading_ = {};
    if (!keep) {
        line.close();
        co_return;
    }
    line.wire.release_buffer();
    line.kept_in_turn = worker_.loop().turn();
}

// The status of a whole answer. Throws Lost and http::Malformed.
Task<int> Client::exchange(const RenderedRequest& request, Line& line) {
    // What came while the connection was idle may not have been told yet.
    if (line.wire.stream && line.kept_in_turn != worker_.loop().turn() && !line.wire.stream->silent()) line.close();
    if (!line.wire.stream) co_await connect(request.endpoint);
    net::Stream& stream = *line.wire.stream;
    const IoResult sent = co_await stream.write(out_, time_left());
    if (sent.kind == IoResult::Kind::timed_out) throw lost(sent, "while sending");
    sent_whole_ = static_cast<bool>(sent);
    if (sample_->measured) tally_.wrote(sent.bytes);
    // A server may answer early, and then hang up on what it has not read: its answer counts.
    if (sent && !request.body.empty()) {
        uploading_ = upload(stream, request.body);
        uploading_.start();
    }
    for (int interim = 0; !co_await read_head(line.wire, request.head_only); ++interim)
        if (interim == most_interim_answers) throw Lost{Tally::Ending::connection_error, "too many interim answers"};
    if (!parser_->body_done()) co_await read_body(line.wire);
    co_return parser_->status();
}

Task<void> Client::connect(std::uint32_t endpoint) {
    const TimePoint begun = Clock::now();
    Line& line = *lines_[endpoint];
    connect_failed_ = true;
    line.wire.stream = co_await open(endpoint);
    line.wire.stream->set_owner(&line);
    connect_failed_ = false;
    tally_.connected(Clock::now() - begun);
}

// Connected, hands shaken. Throws Lost.
Task<std::unique_ptr<net::Stream>> Client::open(std::uint32_t endpoint) {
    const Endpoint& where = plan_.requests.endpoints()[endpoint];
    IoResult how;
    if (!where.secure) {
        std::unique_ptr<net::Stream> plain =
            co_await net::Connection::connect(worker_.loop(), plan_.addresses[endpoint], time_left(), how);
        if (!plain) throw lost(how, "while connecting");
        co_return plain;
    }
    std::string problem;
    std::unique_ptr<net::Stream> secure = co_await net::TlsStream::connect(
        worker_.loop(), plan_.addresses[endpoint], *plan_.tls, where.host, time_left(), how, problem);
    const bool of_tls = how.kind == IoResult::Kind::failed && how.error != ECONNREFUSED && !problem.empty();
    if (!secure && of_tls) throw Lost{Tally::Ending::connection_error, "TLS: " + problem};
    if (!secure) throw lost(how, "while connecting");
    co_return secure;
}

Task<void> Client::upload(net::Stream& stream, std::string_view body) {
    sent_whole_ = false;
    const IoResult sent = co_await stream.write(body, whole_time);
    sent_whole_ = static_cast<bool>(sent);
    if (sample_->measured) tally_.wrote(sent.bytes);
}

// Bytes that keep coming put no timeout off.
Task<IoResult> Client::receive(http::Wire& wire) {
    const net::Duration left = time_left();
    if (left == net::Duration::zero()) co_return IoResult{IoResult::Kind::timed_out};
    const IoResult more = co_await wire.more(left);
    if (more && sample_->measured) tally_.received(more.bytes);
    co_return more;
}

// False: it was an interim answer's.
Task<bool> Client::read_head(http::Wire& wire, bool head_only) {
    parser_.emplace(answer_limits, head_);
    if (head_only) parser_->answers_head_request();
    for (bool begun = !wire.buffered().empty();;) {
        std::size_t consumed = 0;
        const bool whole = begun && parser_->parse_head(wire.buffered(), consumed);
        wire.consume(consumed);
        if (whole) co_return parser_->status() / 100 != 1 || parser_->status() == 101;
        const IoResult more = co_await receive(wire);
        if (!more) throw lost(more, begun ? "in the middle of an answer's head" : "before an answer");
        begun = true;
    }
}

Task<void> Client::read_body(http::Wire& wire) {
    for (;;) {
        std::size_t consumed = 0;
        std::string_view piece;
        const bool whole = parser_->parse_body(wire.buffered(), consumed, piece);
        wire.consume(consumed);
        if (whole) co_return;
        if (consumed > 0 && !wire.buffered().empty()) continue;
        const IoResult more = co_await receive(wire);
        if (more.kind == IoResult::Kind::ended && parser_->framing() == http::Framing::until_close) co_return;
        if (!more) throw lost(more, "in the middle of an answer's body");
    }
}

// Whether the connection can take another request (RFC 9112 section 9.3), as far as we can know by now.
bool Client::reusable(const http::Wire& wire) const noexcept {
    if (!plan_.options.keep_alive || !sent_whole_ || parser_->status() == 101 ||
        parser_->framing() == http::Framing::until_close || !wire.buffered().empty())
        return false;
    if (wire.stream->may_read() && !wire.stream->silent()) return false;
    return http::connection_options(head_.headers).persists(parser_->version_minor());
}

}  // namespace tollgate::loadtest
