// core/gateway/request_spans.h - RequestSpans: what a request that is traced tells of itself, its plugins and attempts.
#pragma once

#include "gateway/concealed.h"
#include "http/exchange.h"
#include "http/traceparent.h"
#include "net/timers.h"
#include "tracing/span_queue.h"
#include "upstream/client.h"

#include <memory>
#include <string_view>

namespace tollgate {

class LogContext;
struct PluginUse;
struct Route;

// Only where a trace is recorded, and spans go somewhere. Copied for errands and mirrors, which are part of the same
// request and may outlive it. A span for which there is no memory is lost, and the log says so.
class RequestSpans {
public:
    // `given`: what the client said, perhaps nothing. `noticeable`: doors of plugins that took less are not told of.
    RequestSpans(tracing::SpanQueue& queue, net::Duration noticeable, const http::Exchange& exchange,
                 const http::Traceparent& given, const http::Traceparent& step);

    // Keeps it out of the URLs of attempts from here on. The request's own path has lost it when it is told.
    void conceal(std::string_view secret) { concealed_.add(secret); }
    void tell_of_request(const http::Exchange& exchange, const LogContext& facts, const Route* route, bool failed,
                         net::TimePoint over) const noexcept;
    // Of an attempt: begun as it is about to be sent, since the request may be another when it has ended. `step`: what the
    // target is told; `number`: 1 for the first; `what`: "hedge", "mirror" or "". Null where it is lost.
    std::unique_ptr<tracing::Span> begin_attempt(const upstream::Call& call, const http::Traceparent& step, int number,
                                                 std::string_view what) const noexcept;
    void end_attempt(std::unique_ptr<tracing::Span> span, const upstream::Call& call, net::TimePoint ended) const noexcept;
    void tell_of_door(const PluginUse& use, const char* door, net::TimePoint began) const noexcept;

private:
    std::chrono::system_clock::time_point at(net::TimePoint time) const noexcept {
        return began_at_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(time - began_);
    }
    std::unique_ptr<tracing::Span> span(const http::Traceparent& place, tracing::Kind kind) const;
    void push(std::unique_ptr<tracing::Span> span) const noexcept { queue_->push(std::move(span)); }

    tracing::SpanQueue* queue_;
    net::Duration noticeable_;
    net::TimePoint began_;
    std::chrono::system_clock::time_point began_at_;
    http::Traceparent given_, step_;
    Concealed concealed_;
};

// The time between its making and its end is a door's, where anybody wants to know.
class DoorSpan {
public:
    DoorSpan(const std::unique_ptr<RequestSpans>& spans, const PluginUse& use, const char* door) noexcept
        : spans_{spans.get()}, use_{use}, door_{door}, began_{spans_ ? net::Clock::now() : net::TimePoint{}} {}
    ~DoorSpan() {
        if (spans_) spans_->tell_of_door(use_, door_, began_);
    }
    DoorSpan(const DoorSpan&) = delete;
    DoorSpan& operator=(const DoorSpan&) = delete;

private:
    const RequestSpans* spans_;
    const PluginUse& use_;
    const char* door_;
    net::TimePoint began_;
};

}  // namespace tollgate
