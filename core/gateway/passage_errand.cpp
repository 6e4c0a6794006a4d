// core/gateway/passage_errand.cpp - an errand's part of the corridor: how it begins, what it brings and tells.
#include "gateway/doors.h"
#include "gateway/errand.h"
#include "gateway/forwarding.h"
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/replay.h"
#include "gateway/request_spans.h"
#include "gateway/trace.h"
#include "http/layout.h"

#include <algorithm>
#include <span>
#include <stdexcept>

namespace tollgate {

Passage::Passage(const Passage& asker, std::uint32_t first, http::Exchange& exchange, std::shared_ptr<ErrandNews> news,
                 Trace* trace)
    : share_{asker.share_}, lease_{asker.lease_}, snapshot_{asker.snapshot_}, exchange_{exchange}, route_{asker.route_},
      branch_{asker.branch_}, captures_{asker.captures_}, taken_path_{asker.taken_path_}, client_ip_{asker.client_ip_},
      request_id_{asker.request_id_}, step_{asker.step_}, caller_{asker.caller_}, first_{first}, passed_{first}, entered_{now()},
      trace_{trace}, told_{std::move(news)} {
    ++lease_.holders;
    states_.resize(chain().size());
    if (asker.spans_) spans_ = std::make_unique<RequestSpans>(*asker.spans_);
    for (auto& value : std::span{captures_.values}.first(captures_.count))
        if (!value.empty())
            value = std::string_view{taken_path_}.substr(value.data() - asker.taken_path_.data(), value.size());
}

std::unique_ptr<Errand> Passage::errand(std::uint32_t first) {
    const auto method = exchange_.request.method();
    if ((method != "GET" && method != "HEAD") || exchange_.has_body())
        throw std::logic_error{"an errand is a GET or HEAD without a body"};
    if (!news_) news_ = std::make_shared<ErrandNews>(ErrandNews{this, {}});
    if (trace_) trace_->say("asks for it by an errand, apart from this client");
    return make_errand(*this, first, exchange_, news_, trace_ != nullptr, trace_ && trace_->rehearsed());
}

// What the asker's log line will say of where its answer came from.
void Passage::tell_asker() noexcept {
    ErrandNews& news = *told_;
    news.attempts = attempts_;
    if (const auto* chosen = upstream()) news.upstream = chosen->name;
    if (!attempt_) return;
    news.target = attempt_->call.target.address();
    news.status = attempt_->call.status;
    news.hedged = hedge_ != nullptr;
    news.upstream_time = attempt_->ended.value_or(now()) - asked_upstream();
}

// What an errand heard for this one, which may not wait for it any more: it has an answer, or went by itself. Whether
// its client gets it.
bool Passage::offer_interim(int status, const Headers& headers) {
    if (blamed_ || response_ || attempt_) return false;
    if (told_) return told_->asker && told_->asker->offer_interim(status, headers);
    if (exchange_.request.version_minor() == 0) return false;
    exchange_.offer_interim(status, headers);
    return interim_sent_ = true;
}

// What the asker waited for here was none of its own time, as far as it did wait: one that answers with what is stale
// may do other things meanwhile. What later plugins say of every answer goes on the asker's.
Response Passage::bring_back() {
    if (blamed_) {
        abandon_attempt();
        if (response_) response_.set_body({});  // its connection, where a plugin refused what came
        give_back_request();
    } else if (!response_.body().source()) {
        finish_attempt();
    }
    tell_asker();
    if (Passage* const asker = told_->asker) {
        const net::Duration awake = now() - asker->entered_ - asker->waited_;
        if (asker->answering_ == net::TimePoint{})
            asker->waited_ += std::clamp(waited_, net::Duration::zero(), std::max(awake, net::Duration::zero()));
        if (!asker->caller_) asker->caller_ = caller_;
        if (const Headers::Layout* added = answer_headers_.layout())
            Headers::Layout::of(asker->answer_headers_).replace_by(*added);
        if (asker->trace_ && trace_) asker->trace_->take_in(*trace_);
    }
    if (blamed_) {
        tell_log(*failure_);  // once, however many requests it will be thrown on for
        throw FailedErrand{*failure_};
    }
    auto& layout = response_.layout();
    if (layout.source.upstream && !layout.source.via_said) say_via(layout.headers, layout.source.version_minor);
    layout.source.via_said = true;
    if (!response_.body().source() && !layout.taps.empty()) {
        if (!response_.body().bytes().empty()) layout.taps.pass(response_.body().bytes());
        layout.taps.end(BodyEnd::complete);
    }
    return std::move(response_);
}

}  // namespace tollgate
