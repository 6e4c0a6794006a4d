// core/gateway/passage_trace.cpp - what the corridor itself has to say of a request that somebody wants explained.
#include "gateway/explanation.h"
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/trace.h"
#include "http/layout.h"
#include "http/target.h"
#include "support/digest.h"
#include "support/text.h"
#include "upstream/retry.h"

namespace tollgate {

namespace {

std::string milliseconds(std::chrono::nanoseconds time) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    std::string text = std::to_string(micros / 1000) + '.' + std::to_string(1000 + micros % 1000).substr(1);
    return text + " ms";
}

}  // namespace

// A wrong token changes nothing that a client could see. The line goes either way: no plugin has business with it.
void Passage::listen_if_entitled() {
    constexpr std::size_t longest_token = 512;
    Headers& headers = exchange_.request.headers();
    const auto token = Headers::Layout::get(headers, http::Known::tollgate_trace);
    const auto& wanted = snapshot_.admin_token_sha256;
    const bool entitled = wanted && token.size() <= longest_token && same(sha256(token), *wanted) &&
                          Headers::Layout::count(headers, http::Known::tollgate_trace) == 1;
    if (entitled && !trace_) {
        live_trace_ = std::make_unique<Trace>(exchange_.request, exchange_.began);
        live_trace_->conceal(token);
        trace_ = live_trace_.get();
    }
    Headers::Layout::remove(headers, http::Known::tollgate_trace);
}

// Those whose conditions did not hold have said so when they were asked. The others are of interest to nobody else.
void Passage::trace_routing(std::string_view asked, std::optional<std::uint32_t> matched) {
    const Request& request = exchange_.request;
    const std::string method{asked};
    for (const auto& candidate : snapshot_.router.candidates({method, request.host(), request.path()})) {
        const Route& route = snapshot_.routes[candidate.route];
        if (matched == candidate.route)
            trace_->taken(route);
        else if (candidate.method && candidate.host && matched && candidate.route > *matched)
            trace_->not_asked(route);
        else if (!candidate.method || !candidate.host)
            trace_->lost(route, candidate.host ? "method: wanted another, got " + method
                                               : "host: wanted another, got " + std::string{request.host()});
    }
}

void Passage::trace_branch(bool drawn) {
    const Split& split = *route_->split;
    const auto number = std::size_t(branch_ - split.branches.data());
    const std::string share = text::number(split.shares.weight(number)) + " of " + text::number(split.shares.total());
    const std::string by = split.by ? split.by.describe() : std::string{};
    trace_->begin("split", route_->where);
    trace_->say(branch_->upstream->name + ", which has " + share +
                    (!drawn           ? ", by " + by
                     : by.empty()     ? ", drawn"
                                      : ", drawn, since there is no " + by),
                {{"upstream", branch_->upstream->name}, {"share", share}, {"by", drawn ? std::string_view{} : by}});
}

void Passage::trace_answer() {
    trace_->end_by("answers " + std::to_string(response_.status()));
    trace_->see(exchange_.request, response_);
}

// Those that are out, and why; those that are in need no words.
void Passage::trace_targets() {
    const auto& roster = upstream()->state->roster;
    for (const auto& target : upstream()->targets) {
        const std::string address{target->address()};
        std::string why = roster.facts(target->state()).why_out;
        if (why.empty()) why = upstream::breakers::why_out(*target);
        if (why.empty()) continue;
        trace_->say(address + " is out: " + why + (target->available() ? "; taken anyway, in a panic" : ""),
                    {{"upstream", upstream()->name}, {"target", address}, {"out", why}});
    }
}

void Passage::trace_attempt() {
    const upstream::Call& call = attempt_->call;
    const std::string target{call.target.address()}, status = std::to_string(call.status);
    const std::string_view words = upstream::words_for(call.outcome);
    std::string text = call.upstream.name + ": " + target + ' ';
    if (trace_->rehearsed())
        text += "is not asked now: an empty 200 stands for its answer";
    else
        text += std::string{words} + (call.outcome == Outcome::answered ? ' ' + status : std::string{});
    if (call.time_to_connect.count() > 0) text += ", connected in " + milliseconds(call.time_to_connect);
    if (call.time_to_first_byte.count() > 0) text += ", first byte after " + milliseconds(call.time_to_first_byte);
    trace_->say(
        text,
        {{"upstream", call.upstream.name}, {"target", target}, {"outcome", words}, {"status", status}});
    trace_->result.upstream = call.upstream.name;
    trace_->result.target = target;
    trace_->result.sent = trace_->request();
    if (!call.upgrade.empty()) trace_->result.sent->lines.push_back({"Upgrade", std::string{call.upgrade}});
    if (!call.upstream.preserve_host && !call.own_host)
        for (auto& line : trace_->result.sent->lines)
            if (http::same_text(line.name, "Host")) line.value = target;
    if (!call.traceparent.empty())
        for (auto& line : trace_->result.sent->lines)
            if (http::same_text(line.name, "traceparent")) line.value = call.traceparent;
    trace_->see(exchange_.request, response_);
}

void Passage::trace_retry(const char* against, net::Duration pause) {
    const upstream::Call& call = attempt_->call;
    const std::string reason = upstream::name_of_end(call.outcome, call.status);
    const std::string number = std::to_string(attempts_), most = std::to_string(call.upstream.retry.attempts);
    std::string text = "retry: after " + reason + ", attempt " + number + " of " + most + ": ";
    if (against) text += std::string{"not again, "} + against;
    else text += pause.count() > 0 ? "again in " + milliseconds(pause) : "again at once";
    trace_->say(text, {{"reason", reason}, {"attempt", number}, {"attempts", most}, {"again", against ? "no" : "yes"}});
}

void Passage::trace_hedge(net::Duration delay, const char* against) {
    const std::string after = milliseconds(delay), text = "hedge: no head after " + after + ": ";
    if (trace_->rehearsed())
        return trace_->say("hedge: without a head after " + after + " another target is asked as well",
                           {{"after", after}});
    if (against)
        return trace_->say(text + "no other attempt beside it, " + against, {{"after", after}, {"hedged", "no"}});
    const std::string target{hedge_->call.target.address()};
    trace_->say(text + "asks " + target + " beside it", {{"after", after}, {"hedged", "yes"}, {"target", target}});
}

// The last word: what every answer carries is on it. A trace that the request asked for goes out with it.
void Passage::trace_end(Response& response) {
    trace_->begin("gateway");
    trace_->see(exchange_.request, response);
    Trace::Result& result = trace_->result;
    result.route = route_ == &snapshot_.unmatched ? nullptr : route_;
    result.parameters.clear();
    for (std::size_t i = 0; result.route && i < captures_.count && i < route_->parameter_names.size(); ++i)
        result.parameters.push_back({route_->parameter_names[i], http::decode_path(captures_.values[i])});
    result.client_ip = client_ip_;
    result.request_id = request_id_;
    // Who is let pass unknown, and has no tier of its own, is nobody.
    if (caller_ && !(caller_->id().empty() && caller_->tier().empty())) result.caller = caller_;
    result.reason = failure_ ? failure_->reason : std::string{};
    result.answer = {std::to_string(response.status()), Trace::lines_of(response.headers())};
    if (!live_trace_) return;
    for (const std::string& line : explanation::header_lines(*live_trace_))
        response.headers().add("Tollgate-Trace", line);
}

}  // namespace tollgate
