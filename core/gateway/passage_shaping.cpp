// core/gateway/passage_shaping.cpp - the steps of the corridor that do what a route's Shaping says.
#include "config/script.h"
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/trace.h"
#include "http/layout.h"
#include "snapshot/shaping.h"
#include "support/log.h"
#include "support/text.h"

#include <utility>

namespace tollgate {

namespace {

constexpr std::size_t longest_header_value = 16 << 10;

const Cors* cors_of(const Route& route) noexcept { return route.shaping ? route.shaping->cors.get() : nullptr; }

Failure script_failed(std::string detail) {
    return {Culprit::gateway, 500, "script_failed", "a function of the configuration failed", std::move(detail)};
}

// A value that cannot be a line: what a client sent is the client's fault.
Failure no_header_value(const HeaderChanges::Change& change) {
    if (change.value.kind() == "function")
        return script_failed(change.value.describe() + ": " + change.name + ": expected a text of one line");
    return {Culprit::client, 400, "malformed_request", "a value of this request cannot be a header",
            change.name + ": " + change.value.describe() + " holds control characters or is too long"};
}

}  // namespace

// Preflights -----------------------------------------------------------------------------------------------------

// A preflight belongs to the route that the request it announces would take, unless that route (or whatever takes
// OPTIONS itself) has no `cors`: then it is a request like any other.
const Route& Passage::route_of_preflight() {
    const Route& announced = route_for(Cors::announced_method(exchange_.request));
    preflight_ = &announced != &snapshot_.unmatched && cors_of(announced);
    if (preflight_) return announced;
    captures_.count = 0;
    const Route& own = route_for(exchange_.request.method());
    preflight_ = cors_of(own) && (&own != &snapshot_.unmatched || !allowed_methods().empty());
    return own;
}

void Passage::answer_preflight() {
    if (trace_) trace_->begin("cors", route_->where);
    const Cors& cors = *cors_of(*route_);
    const Request& request = exchange_.request;
    if (cors.allows(request.headers().get("Origin"))) {
        response_ = cors.preflight_answer(request, allowed_methods());
        if (trace_) trace_answer();
        return;
    }
    blame({Culprit::client, 403, "origin_not_allowed", "pages of this origin may not send this"});
}

// Requests -------------------------------------------------------------------------------------------------------

Response Passage::redirect_of(const Redirect& redirect) {
    const RequestContext ctx{*this, 0};
    const std::string location = redirect.to ? redirect.location(captures_, exchange_.request.query())
                                             : script()->target(redirect.function, ctx);
    const char* problem = problem_of_location(location);
    if (!problem) return redirect_answer(redirect.status, location);
    std::string detail = "redirect of " + route_->where + ": " + problem + ", got " + text::quote(location);
    if (redirect.function) throw script_failed(std::move(detail));
    throw Failure{Culprit::client, 400, "malformed_request", "this path leads nowhere", std::move(detail)};
}

std::string Passage::rewritten(const Rewrite& rewrite) {
    const Request& request = exchange_.request;
    std::optional<std::string> made;
    if (const int function = rewrite.function()) {
        const RequestContext ctx{*this, 0};
        made = script()->target(function, ctx);
        if (made->empty()) made.reset();
    } else {
        made = rewrite.made_of(request.path(), captures_);
    }
    std::string target;
    if (!made) return target;
    const char* problem = complete_target(*made, request.query(), target);
    if (!problem) return target;
    if (rewrite.function())
        throw script_failed("rewrite of " + route_->where + ": " + problem + ", got " + text::quote(*made));
    throw Failure{Culprit::client, 400, "malformed_request", "this path cannot be passed on",
                  "rewrite of " + route_->where + ": " + problem + ", got " + text::quote(*made)};
}

void Passage::shape_request() {
    if (!route_->shaping || blamed_) return;
    if (trace_) trace_->begin("rewrite", route_->where);
    const Shaping& shaping = *route_->shaping;
    Request& request = exchange_.request;
    const bool bodies = shaping.reads_answers();
    std::string target = shaping.rewrite ? rewritten(*shaping.rewrite) : std::string{};
    if (target.empty() && shaping.request_headers.empty() && !bodies) return;
    const auto values = values_of(shaping.request_headers);
    keep_request();
    if (!target.empty()) {
        auto& layout = request.layout();
        layout.set_target(target);
        layout.asterisk = false;
    }
    // What is to be read by a function must not come compressed.
    if (bodies) request.headers().set("Accept-Encoding", "identity");
    shaping.request_headers.apply(request.headers(), values);
    if (trace_) trace_->see(request, response_);
}

void Passage::keep_request() {
    if (asked_) return;
    const auto& layout = exchange_.request.layout();
    asked_.emplace(AskedFor{layout.target, layout.path_size, layout.asterisk, layout.headers});
}

bool Passage::sets_host() const noexcept { return made_host_ || (route_->shaping && route_->shaping->sets_host); }

// Logs, answers and functions of answers speak of the request that the client sent.
void Passage::give_back_request() {
    if (!asked_) return;
    auto& layout = exchange_.request.layout();
    layout.target.swap(asked_->target);
    layout.path_size = asked_->path_size;
    layout.asterisk = asked_->asterisk;
    layout.headers = std::move(asked_->headers);
    asked_.reset();
    if (trace_) trace_->take_as_seen(exchange_.request);
}

// All before the first line changes. Where a failure is being answered, a value that cannot be had is left out.
std::vector<std::string> Passage::values_of(const HeaderChanges& changes) {
    std::vector<std::string> values;
    if (changes.computed() == 0) return values;
    values.reserve(changes.computed());
    const RequestContext ctx{*this, 0};
    std::string scratch;
    for (const auto& change : changes.changes()) {
        if (!change.computed()) continue;
        try {
            const auto text = change.value.of(ctx, scratch);
            if (!can_be_header_value(text) || text.size() > longest_header_value) throw no_header_value(change);
            values.emplace_back(text);
        } catch (const Failure& failure) {
            if (!failure_) throw;
            log::warning("gateway", request_id_ + ": header " + change.name + " left out: " + failure.what());
            values.emplace_back();
        }
    }
    return values;
}

// Answers --------------------------------------------------------------------------------------------------------

void Passage::shape_answer_headers(Response& response) {
    const Shaping& shaping = *route_->shaping;
    if (trace_) {
        trace_->begin("gateway");
        trace_->see(exchange_.request, response);
        trace_->begin("response_headers", route_->where);
    }
    if (!shaping.response_headers.empty()) {
        const auto values = values_of(shaping.response_headers);
        shaping.response_headers.apply(response.headers(), values);
    }
    if (shaping.cors && !(preflight_ && !failure_)) {
        // What failed before its route was taken is answered as well.
        const auto origin = origin_.empty() ? exchange_.request.headers().get("Origin") : std::string_view{origin_};
        shaping.cors->mark(response.headers(), origin);
    }
    if (trace_) trace_->see(exchange_.request, response);
}

// In the words of routes.lua, if it has some for this failure.
Response Passage::answer_to_failure() {
    if (route_->shaping) {
        for (const auto& answers : route_->shaping->errors) {
            const auto* said = answers->find(failure_->reason, failure_->status);
            if (!said) continue;
            if (said->function == 0) return answer_to(*failure_, request_id_, *said);
            try {
                const RequestContext ctx{*this, 0};
                if (auto made = script()->error_answer(said->function, *failure_, request_id_, ctx))
                    return answer_to(*failure_, request_id_, *std::move(made));
            } catch (const std::exception& problem) {
                log::warning("gateway", request_id_ + ": errors: " + problem.what());
                break;
            }
        }
    }
    return answer_to(*failure_, request_id_);
}

}  // namespace tollgate

namespace tollgate::config {

std::string_view raw_parameter(const Context& ctx, std::string_view name) noexcept {
    return ctx.passage().captured(name);
}

}  // namespace tollgate::config
