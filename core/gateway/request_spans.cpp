// core/gateway/request_spans.cpp - spans by the names of OpenTelemetry's conventions for HTTP. No query, no header line, no
// body is in them: what is secret stays here.
#include "gateway/request_spans.h"

#include "snapshot/snapshot.h"
#include "support/log.h"
#include "upstream/retry.h"

#include <algorithm>
#include <array>

namespace tollgate {

namespace {

using tracing::Kind;
using tracing::Span;

// Others are "_OTHER": who makes up methods makes up no series.
bool is_known_method(std::string_view method) noexcept {
    constexpr std::array<std::string_view, 9> known{"GET",     "HEAD",  "POST",  "PUT",  "DELETE",
                                                    "OPTIONS", "PATCH", "TRACE", "CONNECT"};
    return std::find(known.begin(), known.end(), method) != known.end();
}

void say_method(Span& span, std::string_view method) {
    const bool known = is_known_method(method);
    span.say("http.request.method", known ? method : "_OTHER");
    if (!known) span.say("http.request.method_original", method);
    span.name = known ? method : "HTTP";
}

// What a route is for, without the method.
std::string_view path_of(std::string_view route) noexcept {
    const auto blank = route.rfind(' ');
    return blank == route.npos ? route : route.substr(blank + 1);
}

// Without the query.
std::string url_of(const upstream::Call& call, const Concealed& concealed) {
    std::string target{call.request.path()};
    concealed.hide_in(target);
    std::string url = call.target.tls() ? "https://" : "http://";
    return url.append(call.target.authority()).append(target);
}

template <class Make>
void or_lose(const Make& make) noexcept {
    try {
        make();
    } catch (const std::exception& problem) {
        log::tell(Level::error, "tracing", [&] { return std::string{"a span was lost: "} + problem.what(); });
    }
}

}  // namespace

RequestSpans::RequestSpans(tracing::SpanQueue& queue, net::Duration noticeable, const http::Exchange& exchange,
                           const http::Traceparent& given, const http::Traceparent& step)
    : queue_{&queue}, noticeable_{noticeable}, began_{exchange.began}, began_at_{exchange.began_at}, given_{given},
      step_{step} {}

std::unique_ptr<Span> RequestSpans::span(const http::Traceparent& place, Kind kind) const {
    auto made = std::make_unique<Span>();
    made->place = place;
    made->kind = kind;
    if (kind != Kind::server) {
        made->set_parent(step_.span_id());
    } else if (given_) {
        made->set_parent(given_.span_id());
        made->parent_is_remote = true;
    }
    return made;
}

void RequestSpans::tell_of_request(const http::Exchange& exchange, const LogContext& facts, const Route* route,
                                   bool failed, net::TimePoint over) const noexcept {
    or_lose([&] {
        const Request& request = exchange.request;
        auto made = span(step_, Kind::server);
        made->began = at(began_);
        made->ended = at(over);
        say_method(*made, exchange.head_only ? "HEAD" : request.method());
        if (route) {
            made->say("http.route", path_of(route->name));
            made->name.append(" ").append(path_of(route->name));
        }
        made->say("url.scheme", request.scheme());
        made->say("url.path", request.path());
        made->say("server.address", request.host());
        made->say("client.address", facts.client_ip());
        made->say("network.protocol.version", request.version_minor() == 0 ? "1.0" : "1.1");
        made->say("http.response.status_code", std::int64_t{facts.status()});
        made->say("tollgate.request_id", facts.request_id());
        made->say("tollgate.upstream", facts.upstream());
        made->say("tollgate.reason", facts.reason());
        made->failed = failed;
        if (failed) made->say("error.type", facts.reason().empty() ? std::to_string(facts.status()) : std::string{facts.reason()});
        push(std::move(made));
    });
}

std::unique_ptr<Span> RequestSpans::begin_attempt(const upstream::Call& call, const http::Traceparent& step, int number,
                                                  std::string_view what) const noexcept {
    std::unique_ptr<Span> begun;
    or_lose([&] {
        auto made = span(step, Kind::client);
        say_method(*made, call.request.method());
        const auto& where = call.target.where();
        made->say("server.address", where.is_unix() ? call.target.address() : std::string_view{where.host()});
        if (!where.is_unix()) made->say("server.port", std::int64_t{where.port()});
        made->say("url.full", url_of(call, concealed_));
        if (number > 1) made->say("http.request.resend_count", std::int64_t{number - 1});
        made->say("tollgate.upstream", call.upstream.name);
        made->say("tollgate.attempt", what);
        begun = std::move(made);
    });
    return begun;
}

// One that was withdrawn, as another was quicker or the client left, has not failed.
void RequestSpans::end_attempt(std::unique_ptr<Span> made, const upstream::Call& call, net::TimePoint ended) const noexcept {
    or_lose([&] {
        made->ended = at(ended);
        made->began = call.began == net::TimePoint{} ? made->ended : at(call.began);
        if (call.status > 0) made->say("http.response.status_code", std::int64_t{call.status});
        const bool withdrawn = call.outcome == Outcome::abandoned;
        made->failed = call.status >= 400 || (call.outcome != Outcome::answered && !withdrawn);
        if (made->failed || withdrawn) made->say("error.type", upstream::name_of_end(call.outcome, call.status));
        push(std::move(made));
    });
}

void RequestSpans::tell_of_door(const PluginUse& use, const char* door, net::TimePoint began) const noexcept {
    const auto ended = net::Clock::now();
    if (ended - began < noticeable_) return;
    or_lose([&] {
        auto made = span(step_.next(), Kind::internal);
        made->began = at(began);
        made->ended = at(ended);
        made->name.append(use.descriptor->name).append(" ").append(door);
        made->say("tollgate.plugin", use.descriptor->name);
        made->say("tollgate.door", door);
        made->say("tollgate.where", use.where);
        push(std::move(made));
    });
}

}  // namespace tollgate
