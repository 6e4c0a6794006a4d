// core/gateway/contexts.cpp - the contexts of include/tollgate/context.h: windows on a Passage.
#include <tollgate/context.h>
#include <tollgate/plugin.h>

#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/request_spans.h"
#include "gateway/trace.h"
#include "http/layout.h"
#include "http/target.h"

#include <algorithm>

namespace tollgate {

// Context --------------------------------------------------------------------------------------------------------

const Request& Context::request() const noexcept { return passage_->exchange_.request; }
std::string_view Context::request_id() const noexcept { return passage_->request_id_; }
std::string_view Context::client_ip() const noexcept { return passage_->client_ip_; }
const ClientCertificate* Context::client_certificate() const noexcept {
    return passage_->exchange_.client().certificate.get();
}
std::string_view Context::route() const noexcept { return passage_->route_->name; }

std::string_view Context::parameter(std::string_view name) const noexcept {
    const auto value = passage_->captured(name);
    if (value.find('%') == std::string_view::npos) return value;
    return passage_->decoded_ = http::decode_path(value);
}

std::string_view Context::upstream() const noexcept {
    if (const auto* upstream = passage_->upstream()) return upstream->name;
    const auto* errand = passage_->heard();  // whose branch of a split was drawn there
    return errand ? errand->upstream : std::string_view{};
}

const std::shared_ptr<const Caller>& Context::caller() const noexcept { return passage_->caller_; }
const Tier* Context::tier() const noexcept { return passage_->caller_ ? tier(passage_->caller_->tier()) : nullptr; }
const Tier* Context::tier(std::string_view name) const noexcept {
    const auto& tiers = passage_->snapshot_.tiers;
    const auto found = tiers.find(name);
    return found == tiers.end() ? nullptr : &found->second;
}

std::chrono::steady_clock::time_point Context::now() const noexcept { return passage_->now(); }
std::chrono::system_clock::time_point Context::started() const noexcept { return passage_->exchange_.began_at; }
bool Context::traced() const noexcept { return passage_->trace_ != nullptr; }
void Context::trace(std::string_view text) { trace(text, {}); }
void Context::trace(std::string_view text, std::initializer_list<Fact> facts) {
    if (passage_->trace_) passage_->trace_->say(text, facts);
}
void Context::conceal(std::string_view secret) {
    if (passage_->trace_) passage_->trace_->conceal(secret);
    passage_->concealed_.add(secret);
    if (passage_->spans_) passage_->spans_->conceal(secret);
}

void*& Context::state_slot(void (*destroy)(void*) noexcept) {
    auto& slot = passage_->states_[use_];
    slot.destroy = destroy;
    return slot.memory;
}
const void* Context::state_if_any_slot() const noexcept { return passage_->states_[use_].memory; }

// RequestContext -------------------------------------------------------------------------------------------------

Request& RequestContext::request() noexcept { return passage_->exchange_.request; }
void RequestContext::set_caller(std::shared_ptr<const Caller> caller) { passage_->caller_ = std::move(caller); }
void RequestContext::add_answer_header(std::string_view name, std::string_view value) {
    passage_->answer_headers_.add(name, value);
}
void RequestContext::tap_request_body(std::unique_ptr<BodyTap> tap) {
    if (passage_->exchange_.has_body())
        passage_->request_body().add_tap(std::move(tap));
    else
        tap->on_end(BodyEnd::complete);
}
Task<std::optional<std::string_view>> RequestContext::whole_request_body(std::size_t max) {
    if (!passage_->exchange_.has_body()) co_return std::string_view{};
    co_return co_await passage_->request_body().whole(max);
}
std::optional<std::uint64_t> RequestContext::request_body_length() const noexcept {
    if (!passage_->exchange_.has_body()) return 0;
    return passage_->exchange_.body().length();
}

std::unique_ptr<Errand> RequestContext::errand() { return passage_->errand(use_ + 1); }

// UpstreamContext ------------------------------------------------------------------------------------------------

Request& UpstreamContext::request() noexcept { return passage_->exchange_.request; }
int UpstreamContext::attempt() const noexcept { return passage_->attempts_ + 1; }
std::size_t UpstreamContext::target_count() const noexcept { return passage_->upstream()->targets.size(); }
const Target& UpstreamContext::target(std::size_t index) const noexcept {
    return *passage_->upstream()->targets[index];
}
bool UpstreamContext::tried(std::size_t index) const noexcept {
    return passage_->tried(index);
}
void UpstreamContext::choose(std::size_t index) noexcept {
    if (index < target_count()) passage_->chosen_ = index;
}

// AttemptContext -------------------------------------------------------------------------------------------------

int AttemptContext::attempt() const noexcept { return passage_->attempt_->number; }
std::size_t AttemptContext::target_index() const noexcept { return passage_->attempt_->target; }
const Target& AttemptContext::target() const noexcept { return passage_->attempt_->call.target; }
Outcome AttemptContext::outcome() const noexcept { return passage_->attempt_->call.outcome; }
int AttemptContext::status() const noexcept { return passage_->attempt_->call.status; }
std::chrono::nanoseconds AttemptContext::time_to_connect() const noexcept {
    return passage_->attempt_->call.time_to_connect;
}
std::chrono::nanoseconds AttemptContext::time_to_first_byte() const noexcept {
    return passage_->attempt_->call.time_to_first_byte;
}
std::chrono::nanoseconds AttemptContext::duration() const noexcept {
    const auto& attempt = *passage_->attempt_;
    return std::max(net::Duration::zero(), *attempt.ended - attempt.call.began);
}

// ResponseContext ------------------------------------------------------------------------------------------------

Response& ResponseContext::response() noexcept { return passage_->response_; }
bool ResponseContext::from_upstream() const noexcept { return passage_->response_.layout().source.upstream; }
void ResponseContext::tap_response_body(std::unique_ptr<BodyTap> tap) {
    if (passage_->response_.body().source())
        passage_->response_body().add_tap(std::move(tap));
    else
        passage_->response_.layout().taps.add(std::move(tap));
}
Task<std::optional<std::string_view>> ResponseContext::whole_response_body(std::size_t max) {
    if (passage_->response_.body().source()) co_return co_await passage_->response_body().whole(max);
    const auto bytes = passage_->response_.body().bytes();
    if (bytes.size() > max) co_return std::nullopt;
    co_return bytes;
}
std::optional<std::size_t> ResponseContext::target_index() const noexcept {
    if (!from_upstream() || !passage_->attempt_) return std::nullopt;
    return passage_->attempt_->target;
}

// LogContext -----------------------------------------------------------------------------------------------------

int LogContext::status() const noexcept {
    if (passage_->exchange_.begun() && passage_->response_) return passage_->response_.status();
    return passage_->failure_ ? passage_->failure_->status : 499;
}
const Headers& LogContext::response_headers() const noexcept {
    static const Headers none;
    return passage_->exchange_.begun() && passage_->response_ ? passage_->response_.headers() : none;
}
std::uint64_t LogContext::bytes_received() const noexcept { return passage_->exchange_.body_received(); }
std::uint64_t LogContext::bytes_sent() const noexcept { return passage_->exchange_.body_sent(); }
bool LogContext::complete() const noexcept { return passage_->exchange_.sent_whole(); }
std::string_view LogContext::reason() const noexcept {
    if (passage_->failure_) return passage_->failure_->reason;
    return passage_->exchange_.sent_whole() ? std::string_view{} : "client_left";
}
std::string_view LogContext::detail() const noexcept {
    return passage_->failure_ ? std::string_view{passage_->failure_->detail} : std::string_view{};
}
std::string_view LogContext::target() const noexcept {
    if (const auto* errand = passage_->heard()) return errand->target;
    return passage_->attempt_ ? passage_->attempt_->call.target.address() : std::string_view{};
}
int LogContext::attempts() const noexcept {
    const auto* errand = passage_->heard();
    return errand ? errand->attempts : passage_->attempts_;
}
int LogContext::upstream_status() const noexcept {
    if (const auto* errand = passage_->heard()) return errand->status;
    return passage_->attempt_ ? passage_->attempt_->call.status : 0;
}
std::chrono::nanoseconds LogContext::duration() const noexcept {
    return passage_->over_ - passage_->exchange_.began;
}
std::chrono::nanoseconds LogContext::upstream_time() const noexcept {
    if (const auto* errand = passage_->heard()) return errand->upstream_time;
    const auto& attempt = passage_->attempt_;
    return attempt && attempt->ended ? *attempt->ended - passage_->asked_upstream() : std::chrono::nanoseconds{0};
}
bool LogContext::hedged() const noexcept {
    const auto* errand = passage_->heard();
    return errand ? errand->hedged : passage_->hedge_ != nullptr;
}
std::string_view LogContext::trace_id() const noexcept { return passage_->trace_id(); }
std::string_view LogContext::span_id() const noexcept { return passage_->step_.span_id(); }
bool LogContext::sampled() const noexcept { return passage_->sampled(); }
std::string_view LogContext::scheme() const noexcept { return passage_->exchange_.request.scheme(); }

}  // namespace tollgate
