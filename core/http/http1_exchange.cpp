// core/http/http1_exchange.cpp - one HTTP/1.1 request and its answer, on a client's connection.
#include "http/http1_exchange.h"

#include "http/hop_by_hop.h"
#include "http/layout.h"
#include "http/target.h"
#include "http/upgrade.h"
#include "http/writer.h"

#include <algorithm>

namespace tollgate::http {

using net::IoResult;
constexpr net::Duration for_ever = net::Duration::max();
using Layout = Headers::Layout;

void Http1Exchange::open(Wire& wire, const Client& client, const Limits& limits) {
    wire_ = &wire;
    client_ = &client;
    limits_ = &limits;
    began = wire.stream->loop().now();
    began_at = wire.stream->loop().wall_clock();
    parser_.emplace(HeadLimits{limits.request_line, std::min(limits.headers, net::Buffer::size - 4096), limits.header_count},
                    head_);
    body_limit_ = limits.body;  // until the route has said
    request.layout().clear();
    head_only = false;
}

void Http1Exchange::close() {
    refusal.reset();
    parser_.reset();
    out_.clear();
    interim_left_ = 0;
    length_.reset();
    received_ = sent_ = 0;
    head_read_ = expects_continue_ = body_started_ = false;
    upgrade.clear();
    upgraded_ = client_ended_ = false;
    keep_ = begun_ = chunked_ = bodiless_ = whole_ = cut_ = false;
}

// Reading the head -----------------------------------------------------------------------------------------------

bool Http1Exchange::read_head() {
    try {
        std::size_t consumed = 0;
        const bool whole = parser_->parse_head(wire_->buffered(), consumed);
        wire_->consume(consumed);
        if (!whole) return false;
        settle_request();
        head_read_ = true;
    } catch (const Malformed& malformed) {
        refusal.emplace(Culprit::client, malformed.status, malformed.reason, malformed.message);
        refusal->close = true;
        keep_ = false;
        if (request.layout().method.empty()) std::swap(request.layout().method, head_.method);
        // As it came: what was normalised before the refusal is half a target.
        if (request.layout().path_size == 0) request.layout().set_target(head_.target.empty() ? "/" : head_.target);
    }
    return true;
}

bool Http1Exchange::refuse_head(IoResult why) {
    if (why.kind == IoResult::Kind::timed_out)
        refusal.emplace(Culprit::client, 408, "request_timeout", "the request's head did not arrive in time");
    else
        refusal.emplace(Culprit::client, 499, "client_left", "the client left", "in the request's head: " + why.describe());
    refusal->client_left = refusal->status == 499;
    refusal->close = true;
    keep_ = false;
    std::swap(request.layout().method, head_.method);
    request.layout().set_target(head_.target.empty() ? "/" : head_.target);
    return true;
}

// Everything about a head that is no matter of its lines, and the normal form that router and plugins see.
void Http1Exchange::settle_request() {
    const auto refuse = [](std::string message) { throw Malformed{400, "malformed_request", std::move(message)}; };
    auto& layout = request.layout();
    std::swap(layout.method, head_.method);
    std::swap(layout.headers, head_.headers);
    head_only = layout.method == "HEAD";
    layout.version_minor = parser_->version_minor();
    layout.scheme = client_->secure ? "https" : "http";

    const auto hosts = Layout::count(layout.headers, Known::host);
    if (hosts > 1) refuse("expected one Host line, got " + std::to_string(hosts));
    if (hosts == 0 && layout.version_minor == 1) refuse("expected a Host line");
    const auto host = Layout::get(layout.headers, Known::host);
    if (hosts == 1 && !parse_authority(host, layout.host)) refuse("expected Host to be a host and an optional port");

    std::string_view target = head_.target;
    if (layout.method == "CONNECT") throw Malformed{501, "not_implemented", "CONNECT is not served here"};
    if (target == "*") {
        if (layout.method != "OPTIONS") refuse("expected a path in the request line");
        layout.set_target("/*");
        layout.asterisk = true;
    } else {
        if (!target.empty() && target.front() != '/') {
            // absolute-form (RFC 9112 section 3.2.2): only what says the same as Host.
            const auto scheme_end = target.find("://");
            const auto scheme = target.substr(0, scheme_end);
            if (scheme_end == target.npos || !(same_text(scheme, "http") || same_text(scheme, "https")))
                refuse("expected a path in the request line");
            target.remove_prefix(scheme_end + 3);
            const auto authority = target.substr(0, target.find_first_of("/?"));
            std::string name;
            if (!parse_authority(authority, name)) refuse("expected an authority in the request's target");
            if (hosts == 1 && !same_text(authority, host)) refuse("expected the request's target to agree with Host");
            if (hosts == 0) layout.host = name;
            target.remove_prefix(authority.size());
        }
        std::string whole;
        if (target.empty() || target.front() == '?') {
            whole.assign("/").append(target);
            target = whole;
        }
        if (const char* problem = normalise_target(target, layout.target)) refuse(problem);
        layout.path_size = std::min(layout.target.find('?'), layout.target.size());
    }
    settle_connection();
}

void Http1Exchange::settle_connection() {
    const auto& layout = request.layout();
    const ConnectionOptions options = connection_options(layout.headers);
    keep_ = options.persists(layout.version_minor);
    // An offer may be ignored: of HTTP/1.0 it must be, and with a body nobody could say where the one protocol ends and
    // the other begins.
    if (options.upgrade && layout.version_minor == 1 && !options.close && !has_body() && !head_only)
        upgrade = offered_protocols(layout.headers);
    const auto expect = Layout::get(layout.headers, Known::expect);
    if (!expect.empty()) {
        if (!same_text(expect, "100-continue")) throw Malformed{417, "expectation_failed", "expected Expect: 100-continue"};
        expects_continue_ = layout.version_minor == 1 && has_body();
    }
}

// Reading the body -----------------------------------------------------------------------------------------------

bool Http1Exchange::has_body() const noexcept { return parser_ && parser_->framing() != Framing::none; }

std::optional<std::uint64_t> Http1Exchange::length() const {
    if (parser_->framing() == Framing::chunked) return std::nullopt;
    return parser_->length();
}

void Http1Exchange::limit_body(std::uint64_t bytes) {
    body_limit_ = bytes;
    if ((parser_->framing() == Framing::length ? parser_->length() : received_) <= bytes) return;
    Failure failure{Culprit::client, 413, "body_too_large",
                    "the request's body is larger than " + std::to_string(bytes) + " bytes"};
    failure.close = true;
    throw failure;
}

bool Http1Exchange::try_read(std::string_view& piece) {
    body_started_ = true;
    piece = {};
    if (upgraded_) {
        piece = wire_->buffered();
        wire_->consume(piece.size());
        received_ += piece.size();
        return !piece.empty() || client_ended_;
    }
    if (expects_continue_) return false;  // the client waits for a word from us
    while (!parser_->body_done()) {
        std::size_t consumed = 0;
        try {
            parser_->parse_body(wire_->buffered(), consumed, piece);
        } catch (const Malformed& malformed) {
            keep_ = false;
            Failure failure{Culprit::client, malformed.status, malformed.reason, malformed.message};
            failure.close = true;
            throw failure;
        }
        wire_->consume(consumed);
        received_ += piece.size();
        if (received_ > body_limit_) {
            keep_ = false;
            limit_body(body_limit_);
        }
        if (!piece.empty()) return true;
        if (consumed == 0 || wire_->buffered().empty()) break;
    }
    return parser_->body_done();
}

Task<std::string_view> Http1Exchange::read() {
    std::string_view piece;
    while (!try_read(piece)) {
        if (expects_continue_) {
            expects_continue_ = false;
            say_continue();
            continue;
        }
        const IoResult got = co_await wire_->more(upgraded_ ? for_ever : limits_->body_time);
        if (got) continue;
        keep_ = false;
        if (upgraded_ && got.kind == IoResult::Kind::ended) {
            client_ended_ = true;
            continue;
        }
        if (got.kind != IoResult::Kind::timed_out) client_left(got);
        Failure failure{Culprit::client, 408, "request_timeout", "the request's body did not arrive in time"};
        failure.close = true;
        throw failure;
    }
    co_return piece;
}

// The body is read beside the answer, which may be being written: so this cannot wait for its turn. Where it does not go
// out at once the client has not taken what it asked for before.
void Http1Exchange::say_continue() {
    constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
    if (begun_) return;  // the final answer is on its way: too late for an interim one
    const iovec piece{const_cast<char*>(line.data()), line.size()};
    const IoResult sent = wire_->stream->try_write({&piece, 1});
    if (!sent || sent.bytes != line.size()) client_left(sent);
}

void Http1Exchange::client_left(IoResult how) {
    cut();
    Failure failure{Culprit::client, 499, "client_left", "the client left", how.describe()};
    failure.client_left = true;
    throw failure;
}

// Answering ------------------------------------------------------------------------------------------------------

// What is left of a body that nobody wanted, if it is here already: then the connection can go on.
void Http1Exchange::discard_body() {
    if (body_started_ || expects_continue_ || !head_read_ || parser_->body_done()) return;
    try {
        std::string_view piece;
        while (!parser_->body_done() && try_read(piece) && !piece.empty()) continue;
    } catch (const Failure&) {
        keep_ = false;  // broken or too long, and unwanted anyway: the answer that is under way stands
    }
}

Task<void> Http1Exchange::send_interim(int status, const Headers& headers) {
    if (begun_ || request.version_minor() == 0) co_return;
    out_.resize(interim_left_);
    write_interim_head(out_, status, headers);
    interim_left_ = 0;
    if (const IoResult sent = co_await write(out_); !sent) client_left(sent);
    out_.clear();
}

// Whether the client is still there is for the answer to find out.
void Http1Exchange::offer_interim(int status, const Headers& headers) {
    if (begun_ || request.version_minor() == 0) return;
    out_.resize(interim_left_);
    write_interim_head(out_, status, headers);
    const iovec piece{out_.data(), out_.size()};
    const IoResult sent = wire_->stream->try_write({&piece, 1});
    out_.erase(0, sent ? sent.bytes : 0);
    interim_left_ = out_.size();
}

void Http1Exchange::begin(const Response& response, std::optional<std::uint64_t> length, bool bodiless) {
    discard_body();
    if (!head_read_ || !parser_->body_done()) keep_ = false;
    // An offer that is not taken, and more behind it: a request, or the other protocol already? Nobody could say.
    if (!upgrade.empty() && (!wire_->buffered().empty() || !wire_->stream->silent())) keep_ = false;
    const int status = response.status();
    bodiless_ = bodiless || status == 204 || status == 304;
    length_ = length;
    const bool old = request.version_minor() == 0;
    chunked_ = !length && !bodiless_ && !old;
    if (!length && !bodiless_ && old) keep_ = false;  // the end of the connection is the end of the body
    HeadFacts facts;
    if (status != 204) facts.length = length;
    facts.chunked = chunked_;
    facts.close = !keep_;
    facts.keep_alive = keep_ && old;
    out_.resize(interim_left_);
    write_response_head(out_, status, response.headers(), facts);
    begun_ = true;
}

Task<void> Http1Exchange::send(std::string_view piece, bool last, const Headers* trailers) {
    if (upgraded_) co_return co_await send_upgraded(piece, last);
    if (bodiless_) piece = {};
    sent_ += piece.size();
    if (length_ && !bodiless_ && (sent_ > *length_ || (last && sent_ < *length_))) {
        cut();
        throw Failure{Culprit::gateway, 500, "length_mismatch", "the answer's body differs from its length",
                      "declared " + std::to_string(*length_) + " bytes, got " + std::to_string(sent_)};
    }
    if (piece.empty() && !last && out_.empty()) co_return;
    const bool framed = chunked_ && !piece.empty();
    if (framed) write_chunk_start(out_, piece.size());
    constexpr std::size_t worth_copying = 4096;  // one send() of one piece costs less than gathering three
    std::string after;
    std::string& behind = piece.size() <= worth_copying ? out_.append(std::exchange(piece, {})) : after;
    if (framed) behind.append("\r\n");
    if (last && chunked_) write_last_chunk(behind, trailers);
    if (const IoResult sent = co_await write(out_, piece, after); !sent) client_left(sent);
    out_.clear();
    whole_ = last;
}

void Http1Exchange::begin_upgraded(const Response& response, std::string_view protocol) {
    keep_ = false;
    HeadFacts facts;
    facts.upgrade = protocol;
    out_.resize(interim_left_);
    write_response_head(out_, response.status(), response.headers(), facts);
    begun_ = upgraded_ = true;
}

Task<void> Http1Exchange::send_upgraded(std::string_view piece, bool last) {
    const std::string_view pieces[] = {out_, piece};
    const IoResult sent = co_await wire_->stream->write(pieces, out_.empty() ? for_ever : limits_->send_time);
    if (!sent) client_left(sent);
    std::string{}.swap(out_);  // it stays open long, and says no more of its own
    sent_ += piece.size();
    if (!last) co_return;
    wire_->stream->end_writing();
    whole_ = true;
}

void Http1Exchange::cut() noexcept {
    cut_ = true;
    keep_ = false;
}

net::Stream::Write Http1Exchange::write(std::string_view first, std::string_view second, std::string_view third) noexcept {
    const std::string_view pieces[] = {first, second, third};
    return wire_->stream->write(pieces, limits_->send_time);
}

bool Http1Exchange::finish() { return whole_ && keep_ && !cut_; }

}  // namespace tollgate::http
