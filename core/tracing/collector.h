// core/tracing/collector.h - a collector of spans, and one export to it by OTLP/HTTP.
#pragma once

#include "net/event_loop.h"
#include "tracing/otlp.h"
#include "upstream/pool.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::tracing {

// Where spans go, and how. Immutable, shared by the configurations that say the same.
struct Destination {
    std::shared_ptr<const upstream::Upstream> collector;  // its one target
    std::string url;   // for people
    std::string path;  // with the query, if the URL has one
    Headers headers{};  // of every request, besides what OTLP asks for
    std::string service = "tollgate";
    net::Duration timeout = std::chrono::seconds{10};  // of an export as a whole
    net::Duration every = std::chrono::seconds{1};     // the longest that a span waits for others
    std::size_t batch = 512;                           // spans that need not wait
    std::size_t queue = 8192;                          // spans kept while the collector does not answer
};

// What came of an export.
struct ExportEnd {
    int status = 0;   // 0: there was no answer
    std::string why;  // of that, for people
    std::optional<net::Duration> retry_after{};  // as the collector wishes
    Rejected rejected{};
    bool taken() const noexcept { return status >= 200 && status < 300; }
    // It may be taken another time (OTLP, "Retryable Response Codes").
    bool passing() const noexcept {
        return status == 0 || status == 429 || status == 502 || status == 503 || status == 504;
    }
};

// Throws for nothing that a collector does. `to` and what `body` views outlive the task. Loop of the pool.
Task<ExportEnd> export_to(upstream::Pool& pool, const Destination& to, std::string_view body, net::Duration time);

}  // namespace tollgate::tracing
