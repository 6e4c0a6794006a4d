// core/gateway/passage_functions.cpp - the steps of the corridor in which functions change requests and answers.
#include "config/script.h"
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/trace.h"
#include "snapshot/error_answers.h"
#include "snapshot/shaping.h"
#include "support/text.h"

#include <utility>

namespace tollgate {

// Requests -------------------------------------------------------------------------------------------------------

Task<bool> Passage::answered_by_function() {
    for (const auto& function : route_->shaping->request_functions) {
        if (trace_) trace_->begin("request", route_->where);
        config::RequestFacts facts{exchange_.request.headers()};
        if (function.body > 0) {
            facts.body = co_await body_for(function);
            if (!facts.body && made_body_)
                throw Failure{Culprit::gateway, 500, "script_failed", "a function of the configuration failed",
                              route_->where + ": request: expected a body of at most " +
                                  text::count(function.body, "byte") + " from the function before, got one of " +
                                  std::to_string(made_body_->size())};
            if (!facts.body) {
                blame({Culprit::client, 413, "body_too_large", "the request body is too large"});
                co_return true;
            }
        }
        const RequestContext ctx{*this, 0};
        auto change = script()->change(function.number, facts, ctx);
        if (change.answer) {
            response_ = answer_of(*std::move(change.answer));
            // It is this request's, whatever a cache in front makes of what the upstream answers to others.
            if (!response_.headers().has("Cache-Control")) response_.headers().set("Cache-Control", "no-store");
            if (trace_) trace_answer();
            co_return true;
        }
        keep_request();
        if (change.headers.names("Host")) made_host_ = true;
        if (change.body) replace_request_body(*std::move(change.body));
        change.headers.apply(exchange_.request.headers(), {});
        if (trace_) trace_->see(exchange_.request, response_);
    }
    co_return false;
}

// Answers --------------------------------------------------------------------------------------------------------

Task<void> Passage::change_response() {
    if (!route_->shaping || preflight_ || route_->shaping->response_functions.empty()) co_return;
    if (trace_) trace_->begin("response", route_->where);
    say_answer_headers(response_);
    ResponseContext ctx{*this, 0};
    for (const auto& function : route_->shaping->response_functions) {
        const int status = response_.status();
        const bool bodiless = exchange_.head_only || status == 101 || status == 204 || status == 304;
        config::AnswerFacts facts{response_, ctx.from_upstream(), from_upstream_time(), {}, {}};
        if (function.body > 0 && !bodiless) facts.body = co_await ctx.whole_response_body(function.body);
        facts.target = LogContext{*this, 0}.target();  // not before: it may be an errand's, which goes on meanwhile
        auto change = script()->change(function.number, facts, ctx);
        if (change.status) response_.set_status(*change.status);
        if (change.body) replace_body(*std::move(change.body));
        change.headers.apply(response_.headers(), {});
    }
    answer_headers_said_ = true;  // not before: where a function fails, the answer to that has them as they were
    if (trace_) trace_->see(exchange_.request, response_);
}

double Passage::from_upstream_time() const noexcept {
    net::Duration time{0};
    if (attempt_) time = attempt_->ended.value_or(net::Clock::now()) - asked_upstream();
    else if (news_) time = news_->upstream_time;
    return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace tollgate
