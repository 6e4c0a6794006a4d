// core/gateway/passage_bodies.cpp - the bodies of request and answer: who reads them, and what takes their place.
#include "gateway/passage.h"
#include "gateway/replay.h"
#include "gateway/trace.h"
#include "http/bytes_source.h"
#include "http/layout.h"
#include "snapshot/shaping.h"
#include "support/text.h"

#include <utility>

namespace tollgate {

namespace {

// Lines that say what is not so of another body.
constexpr const char* of_old_bodies[] = {"Content-Encoding", "Content-MD5", "Content-Digest", "Repr-Digest", "Digest"};

}  // namespace

// The request's --------------------------------------------------------------------------------------------------

bool Passage::has_body() const noexcept { return made_body_ ? !made_body_->empty() : exchange_.has_body(); }

BodyRelay& Passage::request_body() {
    if (!request_body_)
        request_body_ = made_body_
                            ? std::make_unique<BodyRelay>(std::make_unique<http::BytesSource>(*made_body_))
                            : std::make_unique<BodyRelay>(exchange_.body());
    return *request_body_;
}

BodySource* Passage::body_to_send() {
    if (replay_) return replay_.get();
    if (!has_body()) return nullptr;
    return request_body_ || made_body_ ? &request_body() : &exchange_.body();
}

// Whole, and "" where there is none; nullopt: it is too large, which nobody is to find out byte by byte where its
// length is declared.
Task<std::optional<std::string_view>> Passage::body_for(const ChangeFunction& function) {
    if (!has_body()) co_return std::string_view{};
    BodyRelay& body = request_body();
    if (body.length().value_or(0) > function.body) co_return std::nullopt;
    co_return co_await body.whole(function.body);
}

// Whoever watches the body has seen what the client sent of it.
void Passage::replace_request_body(std::string body) {
    if (request_body_) request_body_->keep_from_going_on();
    request_body_.reset();
    if (trace_) trace_->say("the body is another, of " + text::count(body.size(), "byte"));
    made_body_ = std::move(body);
    for (const char* name : of_old_bodies) exchange_.request.headers().remove(name);
}

// The answer's ---------------------------------------------------------------------------------------------------

// The relay is the response's body from then on: a plugin that replaces the response replaces it too.
BodyRelay& Passage::response_body() {
    if (auto* relay = dynamic_cast<BodyRelay*>(response_.body().source())) return *relay;
    auto relay = std::make_unique<BodyRelay>(response_.body().take_source());
    BodyRelay& made = *relay;
    response_.set_body(std::unique_ptr<BodySource>{std::move(relay)});
    return made;
}

// Whoever watches the body has seen what came; lines that describe it go.
void Passage::replace_body(std::string body) {
    if (auto* relay = dynamic_cast<BodyRelay*>(response_.body().source())) {
        relay->keep_from_going_on();
    } else if (auto& taps = response_.layout().taps; !taps.empty() && !response_.body().source()) {
        if (!response_.body().bytes().empty()) taps.pass(response_.body().bytes());
        taps.end(BodyEnd::complete);
    }
    response_.set_body(std::move(body));
    response_.layout().source.declared_length.reset();
    for (const char* name : {"ETag", "Accept-Ranges", "Content-Range"}) response_.headers().remove(name);
    for (const char* name : of_old_bodies) response_.headers().remove(name);
}

}  // namespace tollgate
