// core/upstream/conversation.cpp - talking HTTP/1.1 to a target: request out, answer in, both at once where need be.
#include "upstream/conversation.h"

#include "http/hop_by_hop.h"
#include "http/upgrade.h"
#include "http/writer.h"

#include <algorithm>
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

}  // namespace

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

}  // namespace tollgate::upstream
