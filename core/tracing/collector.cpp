// core/tracing/collector.cpp - a POST, and what its answer means.
#include "tracing/collector.h"

#include "http/bytes_source.h"
#include "net/within.h"
#include "support/failure.h"
#include "upstream/client.h"
#include "upstream/retry.h"

#include <algorithm>

namespace tollgate::tracing {

namespace {

constexpr std::size_t largest_answer = 64 << 10;  // that is read; beyond, the connection is closed

Request request_for(const Destination& to) {
    Request request;
    request.set_method("POST");
    request.set_target(to.path);
    request.headers() = to.headers;
    request.headers().set("Content-Type", "application/json");
    return request;
}

// The log says the URL already.
std::string without_address(const std::string& detail, std::string_view address) {
    const auto size = address.size() + std::string_view{": "}.size();
    return detail.starts_with(address) && detail.size() > size ? detail.substr(size) : detail;
}

// What is known is in `end` at once, since this may be withdrawn.
Task<bool> ask(upstream::Pool& pool, const Destination& to, std::string_view body, ExportEnd& end) {
    const Request request = request_for(to);
    http::BytesSource source{body};
    upstream::Call call{*to.collector, *to.collector->targets.front(), request, &source};
    call.own_host = request.headers().has("Host");
    try {
        Response response = co_await upstream::call(pool, call);
        end.status = response.status();
        if (const auto line = response.headers().get("Retry-After"); !line.empty())
            end.retry_after = upstream::retry_after(line, pool.loop().wall_clock());
        std::string answer{response.body().bytes()};
        if (auto* rest = response.body().source())
            for (std::string_view piece; answer.size() <= largest_answer; answer.append(piece))
                if ((piece = co_await rest->read()).empty()) break;
        if (end.taken()) end.rejected = rejected_by(answer);
    } catch (const Failure& failure) {
        // Of an answer that was cut its status is known, and what it says of spans is not.
        end.why = failure.detail.empty() ? failure.message : without_address(failure.detail, call.target.address());
    } catch (const std::exception& problem) {  // no descriptor to be had
        end.why = problem.what();
    }
    co_return true;
}

}  // namespace

Task<ExportEnd> export_to(upstream::Pool& pool, const Destination& to, std::string_view body, net::Duration time) {
    ExportEnd end;
    if (!co_await net::Within{pool.loop(), time, ask(pool, to, body, end)}) end.why = "no answer in time";
    co_return end;
}

}  // namespace tollgate::tracing
