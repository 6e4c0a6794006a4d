// core/upstream/client.cpp - talking HTTP/1.1 to a target: request out, answer in, both at once where need be.
#include "upstream/client.h"

#include "http/hop_by_hop.h"
#include "http/parser.h"
#include "http/upgrade.h"
#include "http/writer.h"

#include <array>
#include <cerrno>

namespace tollgate::upstream {

using http::Framing;
using net::Duration;
using net::IoResult;
using namespace std::chrono_literals;

namespace {

constexpr http::HeadLimits answer_limits{16 << 10, 32 << 10, 256};
constexpr std::size_t worth_copying = 8 << 10;  // a body of at most that, here already, frees its connection at once
constexpr int most_interim_answers = 16;
constexpr Duration while_uploading = 24h;  // the upload has timeouts of its own

bool anticipates_content(std::string_view method) noexcept {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

// How an attempt ended that the deadline has ended. It says nothing of a target that had little of it, as after another
// attempt or in a queue; one that had more than half of it for itself would otherwise never be seen to hang where the
// deadline is shorter than its timeouts.
Outcome ended_by_deadline(const Call& call, Outcome its_own) {
    const auto whole = call.upstream.deadline;
    return whole > Duration::zero() && 2 * (call.deadline - call.began) > whole ? its_own : Outcome::abandoned;
}

// What is left of `time`, of which the deadline may have less.
Duration until_deadline(const Call& call, Duration time, net::TimePoint now) {
    return std::min(time, call.deadline - now);
}

Failure upstream_failure(int status, const char* reason, const char* message, const Call& call, const std::string& how) {
    return {Culprit::upstream, status, reason, message, std::string(call.target.address()) + ": " + how};
}

}  // namespace

// Sends a request's body beside the reading of the answer. Owned by the conversation.
class Upload final : private net::Timer {
public:
    // `begun`: behind the head is a piece of the body, which then waits for no other one.
    Upload(http::Wire& wire, std::string head, bool begun, BodySource& body, bool chunked, Duration timeout)
        : wire_{wire}, out_{std::move(head)}, begun_{begun}, body_{body}, chunked_{chunked}, timeout_{timeout} {}
    void start() {
        running_ = run();
        running_.start();
    }
    bool done() const noexcept { return done_; }
    // When it ended, well or not; who reads the answer counts its time from there. nullopt while it goes on.
    const std::optional<net::TimePoint>& ended() const noexcept { return ended_; }
    // What reading the request's body threw.
    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    Task<void> run() {
        try {
            for (;;) {
                std::string_view piece;
                if (!body_.try_read(piece)) {
                    if (begun_ && !out_.empty()) {
                        if (!co_await wire_.stream->write(out_, timeout_)) break;
                        out_.clear();
                    }
                    piece = co_await body_.read();
                }
                const bool last = piece.empty();
                if (chunked_ && !last) http::write_chunk_start(out_, piece.size());
                if (chunked_ && last) http::write_last_chunk(out_, body_.trailers());
                const std::array<std::string_view, 3> pieces{out_, piece, chunked_ && !last ? "\r\n" : ""};
                const IoResult sent = co_await wire_.stream->write(pieces, timeout_);
                out_.clear();
                done_ = sent && last;
                if (!sent || last) break;  // not sent: who reads the answer will see why, or finds an early one
            }
        } catch (...) {
            failure_ = std::current_exception();
        }
        ended_ = wire_.stream->loop().now();
        // Whoever reads the answer must hear of it. Not from in here: who is woken may destroy this coroutine.
        wire_.stream->loop().arm(*this, Duration::zero());
    }
    void on_timer() override { wire_.stream->interrupt_reading(); }

    http::Wire& wire_;
    std::string out_;
    const bool begun_;
    BodySource& body_;
    const bool chunked_;
    const Duration timeout_;
    bool done_ = false;
    std::optional<net::TimePoint> ended_;
    std::exception_ptr failure_;
    Task<void> running_;
};

// One connection during one request and its answer; afterwards, if all went well, it goes back to the pool.
class Conversation final : public BodySource {
public:
    // One for each request: from the thread's lists, like the coroutines beside it.
    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { detail::free_frame(memory, size); }

    Conversation(Pool& pool, Call& call, std::unique_ptr<net::Stream> stream)
        : pool_{pool}, call_{call}, wire_{std::move(stream)} {}

    Task<void> send();
    Task<bool> read_head();  // false: the connection ended before a byte came back
    Response take_response();
    bool upgraded() const noexcept { return parser_->status() == 101; }
    std::unique_ptr<http::Wire> take_wire() { return std::make_unique<http::Wire>(std::move(wire_)); }
    bool buffered_whole(std::string& bytes);

    Task<std::string_view> read() override;
    bool try_read(std::string_view& piece) override;
    std::optional<std::uint64_t> length() const override {
        if (parser_->framing() != Framing::length) return std::nullopt;
        return parser_->length();
    }
    const Headers* trailers() const override { return head_.trailers.size() > 0 ? &head_.trailers : nullptr; }

private:
    void give_back();
    bool takes_upgrade();
    // How long to wait for the next bytes of an answer that is due within `time` of the request's end (and of the last
    // bytes, if `since` is later).
    Duration patience(Duration time, net::TimePoint since) const;
    // What was waited for is late only by the request's measure.
    [[noreturn]] void fail_by_deadline(Outcome outcome) {
        call_.outcome = outcome;
        throw deadline_exceeded(std::string(call_.target.address()) + ": the deadline has passed");
    }
    [[noreturn]] void fail(Outcome outcome, int status, const char* reason, const char* message, const std::string& how) {
        call_.outcome = outcome;
        throw upstream_failure(status, reason, message, call_, how);
    }

    Pool& pool_;
    Call& call_;
    http::Wire wire_;
    http::ParsedHead head_;
    std::optional<http::ResponseParser> parser_;
    bool reusable_ = true, over_ = false;
    std::unique_ptr<Upload> upload_;  // last: destroyed before the wire it writes to
};

// A connection that does not take the request may still hold an early answer: that is for read_head() to find out.
Task<void> Conversation::send() {
    const auto& upstream = call_.upstream;
    http::HeadFacts facts;
    std::string_view piece;
    bool small = true;  // head and body in one go
    if (call_.body) {
        facts.length = call_.body->length();
        facts.chunked = !facts.length;
        small = facts.length && (*facts.length == 0 || (call_.body->try_read(piece) && piece.size() == *facts.length));
    } else if (anticipates_content(call_.request.method())) {
        facts.length = 0;  // said, since strict servers ask for it (RFC 9110 section 8.6)
    }
    facts.upgrade = call_.upgrade;
    facts.traceparent = call_.traceparent;
    std::string head = pool_.lend_text();
    const bool keep_host = upstream.preserve_host || call_.own_host;
    const std::string_view host = keep_host && Headers::Layout::find(call_.request.headers(), http::Known::host)
                                      ? std::string_view{}
                                      : call_.target.authority();
    http::write_request_head(head, call_.request, host, facts);
    if (small) {
        const std::array<std::string_view, 2> pieces{head, piece};
        const Duration left = until_deadline(call_, upstream.timeout, pool_.loop().now());
        const IoResult sent = co_await wire_.stream->write(pieces, left);
        pool_.give_back(std::move(head));
        if (sent.kind == IoResult::Kind::timed_out && left < upstream.timeout)
            fail_by_deadline(ended_by_deadline(call_, Outcome::timeout));
        if (sent.kind == IoResult::Kind::timed_out)
            fail(Outcome::timeout, 504, "upstream_timeout", "the upstream did not take the request in time", "sending: timed out");
        reusable_ = bool(sent);
        co_return;
    }
    if (!piece.empty()) {
        // A first piece is in hand already.
        if (facts.chunked) http::write_chunk_start(head, piece.size());
        head.append(piece);
        if (facts.chunked) head.append("\r\n");
    }
    upload_ = std::make_unique<Upload>(wire_, std::move(head), !piece.empty(), *call_.body, facts.chunked, upstream.timeout);
    upload_->start();
}

Duration Conversation::patience(Duration time, net::TimePoint since) const {
    if (upload_) {
        if (!upload_->ended()) return while_uploading;
        since = std::max(since, *upload_->ended());
    }
    return since + time - wire_.stream->loop().now();
}

Task<bool> Conversation::read_head() {
    const auto began = wire_.stream->loop().now();
    for (int interim = 0;; ++interim) {
        parser_.emplace(answer_limits, head_);
        if (call_.request.method() == "HEAD") parser_->answers_head_request();
        for (;;) {
            try {
                std::size_t consumed = 0;
                const bool whole = parser_->parse_head(wire_.buffered(), consumed);
                wire_.consume(consumed);
                if (whole) break;
            } catch (const http::Malformed& malformed) {
                fail(Outcome::garbage, 502, "upstream_garbage", "the upstream's answer is not HTTP", malformed.message);
            }
            if (upload_) upload_->rethrow();
            // One deadline for the whole head, however it drips.
            const Duration left = until_deadline(call_, patience(call_.upstream.timeout, began), pool_.loop().now());
            const IoResult got = left > Duration::zero() ? co_await wire_.more(left) : IoResult{IoResult::Kind::timed_out};
            if (got.kind == IoResult::Kind::interrupted) continue;
            if (got.kind == IoResult::Kind::timed_out && patience(call_.upstream.timeout, began) > Duration::zero())
                fail_by_deadline(ended_by_deadline(call_, Outcome::timeout));
            if (got.kind == IoResult::Kind::timed_out)
                fail(Outcome::timeout, 504, "upstream_timeout", "the upstream did not answer in time", "no answer in time");
            if (!got) {
                // With TLS 1.3 a server looks at our certificate when the handshake is over for us.
                if (got.error == EKEYREJECTED)
                    fail(Outcome::tls_failed, 502, "upstream_unreachable", "the upstream could not be reached",
                         wire_.stream->describe(got));
                if (call_.time_to_first_byte.count() == 0) co_return false;
                fail(Outcome::reset, 502, "upstream_reset", "the upstream closed the connection", wire_.stream->describe(got));
            }
            if (call_.time_to_first_byte.count() == 0)
                call_.time_to_first_byte = std::max(Duration{1}, wire_.stream->loop().now() - call_.began);
        }
        const int status = parser_->status();
        if (status >= 200 && status <= 599) break;
        if (status == 101 && takes_upgrade()) break;
        if (status < 100 || status > 199 || status == 101 || interim == most_interim_answers)
            fail(Outcome::garbage, 502, "upstream_garbage", "the upstream's answer is not HTTP",
                 "unexpected status " + std::to_string(status));
        if (status != 100 && call_.interim) {
            http::strip_hop_by_hop(head_.headers);
            co_await call_.interim->on_interim(status, head_.headers);
        }
    }
    co_return true;
}

// A 101 that nobody asked for, or to something else, is none (RFC 9110 section 15.2.2).
bool Conversation::takes_upgrade() {
    if (call_.upgrade.empty() || !http::connection_options(head_.headers).upgrade) return false;
    const auto taken = http::taken_protocol(head_.headers, call_.upgrade);
    if (!taken.empty()) call_.upgrade = taken;
    return !taken.empty();
}

Response Conversation::take_response() {
    call_.outcome = Outcome::answered;
    call_.status = parser_->status();
    std::optional<std::uint64_t> declared;
    if (Headers::Layout::find(head_.headers, http::Known::content_length)) declared = parser_->length();
    // One that was offered another protocol gets no request of others: who knows what it makes of what comes next.
    reusable_ = reusable_ && call_.upgrade.empty() && parser_->framing() != Framing::until_close &&
                http::connection_options(head_.headers).persists(parser_->version_minor());
    http::strip_hop_by_hop(head_.headers);
    Response response{upgraded() ? 200 : parser_->status(), std::move(head_.headers)};
    response.layout().status = parser_->status();  // a 101 is no status for plugins to make
    response.layout().source = {true, parser_->version_minor(), false, declared};
    return response;
}

// The rest of the body, if all of it is here and it is small.
bool Conversation::buffered_whole(std::string& bytes) {
    if (parser_->body_done()) {
        give_back();
        return true;
    }
    const auto here = wire_.buffered().size();
    if (here > worth_copying || parser_->framing() != Framing::length || parser_->length() > here) return false;
    std::string_view piece;
    try_read(piece);
    bytes.assign(piece);
    try_read(piece);
    return true;
}

bool Conversation::try_read(std::string_view& piece) {
    piece = {};
    if (over_) return true;
    while (!parser_->body_done()) {
        if (upload_) upload_->rethrow();
        std::size_t consumed = 0;
        try {
            parser_->parse_body(wire_.buffered(), consumed, piece);
        } catch (const http::Malformed& malformed) {
            fail(Outcome::cut, 502, "upstream_garbage", "the upstream's answer is not HTTP", malformed.message);
        }
        wire_.consume(consumed);
        if (!piece.empty()) return true;
        if (consumed == 0 || wire_.buffered().empty()) break;
    }
    if (!parser_->body_done()) return false;
    give_back();
    return true;
}

Task<std::string_view> Conversation::read() {
    std::string_view piece;
    const auto since = wire_.stream->loop().now();
    while (!try_read(piece)) {
        if (upload_) upload_->rethrow();
        const Duration left = until_deadline(call_, patience(call_.upstream.idle_timeout, since), pool_.loop().now());
        const IoResult got = left > Duration::zero() ? co_await wire_.more(left) : IoResult{IoResult::Kind::timed_out};
        if (got || got.kind == IoResult::Kind::interrupted) continue;
        if (got.kind == IoResult::Kind::ended && parser_->framing() == Framing::until_close) {
            over_ = true;
            break;
        }
        const bool late = got.kind == IoResult::Kind::timed_out;
        if (late && patience(call_.upstream.idle_timeout, since) > Duration::zero())
            fail_by_deadline(Outcome::abandoned);
        fail(Outcome::cut, late ? 504 : 502, late ? "upstream_timeout" : "upstream_cut",
             "the upstream's answer was cut short", wire_.stream->describe(got));
    }
    co_return piece;
}

void Conversation::give_back() {
    over_ = true;
    // Bytes behind the answer, or a request not yet sent whole: nobody could tell what belongs to what.
    if (!reusable_ || !wire_.buffered().empty() || wire_.stream->may_read() || (upload_ && !upload_->done())) return;
    upload_.reset();
    pool_.keep(call_.target, std::move(wire_.stream), call_.upstream.keep_alive, call_.upstream.keep_alive_time);
}

bool may_be_repeated(std::string_view method) noexcept {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" || method == "DELETE" ||
           method == "TRACE";
}

Failure deadline_exceeded(std::string detail) {
    return {Culprit::upstream, 504, "deadline_exceeded", "the upstream took longer than this request may", std::move(detail)};
}

Task<Response> call(Pool& pool, Call& call) {
    call.outcome = Outcome::abandoned;
    // Not this turn's time: what the gateway did in it so far is its own, and not the upstream's.
    call.began = net::Clock::now();
    const bool repeatable = !call.body && may_be_repeated(call.request.method());
    bool first_try = true;
    for (;;) {
        auto stream = first_try ? pool.take(call.target, !repeatable) : nullptr;
        const bool reused = bool(stream);
        if (!stream) {
            const auto began = pool.loop().now();
            NotConnected why;
            const Duration time = until_deadline(call, call.upstream.connect_timeout, began);
            stream = co_await pool.connect(call.target, time, why);
            call.time_to_connect = pool.loop().now() - began;
            if (!stream) {
                if (why.outcome == Outcome::connect_timeout && time < call.upstream.connect_timeout) {
                    call.outcome = ended_by_deadline(call, Outcome::connect_timeout);
                    throw deadline_exceeded(std::string(call.target.address()) + ": the deadline has passed");
                }
                call.outcome = why.outcome;
                if (why.outcome == Outcome::connect_timeout)
                    throw upstream_failure(504, "upstream_timeout", "the upstream could not be reached in time", call,
                                           "connecting: " + why.how);
                throw upstream_failure(502, "upstream_unreachable", "the upstream could not be reached", call,
                                       "connecting: " + why.how);
            }
        }
        auto conversation = std::make_unique<Conversation>(pool, call, std::move(stream));
        call.sent = true;
        co_await conversation->send();
        if (co_await conversation->read_head()) {
            Response response = conversation->take_response();
            if (conversation->upgraded()) {
                call.upgraded = conversation->take_wire();
                co_return response;
            }
            std::string bytes;
            if (conversation->buffered_whole(bytes))
                response.set_body(std::move(bytes));
            else
                response.set_body(std::unique_ptr<BodySource>{std::move(conversation)});
            co_return response;
        }
        if (reused && repeatable && first_try) {
            first_try = false;
            continue;
        }
        call.outcome = Outcome::reset;
        throw upstream_failure(502, "upstream_reset", "the upstream closed the connection", call,
                               "closed before it answered");
    }
}

}  // namespace tollgate::upstream
