// core/upstream/client.h - call(): one request to one target, and its answer as it comes.
#pragma once

#include <tollgate/context.h>
#include <tollgate/message.h>

#include "support/failure.h"
#include "upstream/pool.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace tollgate::upstream {

// Hears of interim answers (1xx) on their way to the final one.
class InterimSink {
public:
    virtual Task<void> on_interim(int status, const Headers& headers) = 0;

protected:
    ~InterimSink() = default;
};

// What one attempt is given and, below, what became of it. Outlives call() and the response's body.
struct Call {
    Call(const Upstream& upstream, const UpstreamTarget& target, const Request& request, BodySource* body = nullptr,
         InterimSink* interim = nullptr) noexcept
        : upstream{upstream}, target{target}, request{request}, body{body}, interim{interim} {}

    const Upstream& upstream;
    const UpstreamTarget& target;
    const Request& request;          // its headers free of hop-by-hop lines
    BodySource* body;        // null: none
    InterimSink* interim;    // null: interim answers are dropped
    // The protocols offered to the target (RFC 9110 section 7.8), "": none. Once it has taken one, that one.
    std::string_view upgrade{};
    std::string_view traceparent{};  // of this attempt, in the place of the request's; "": as the request has it
    std::unique_ptr<http::Wire> upgraded;  // its connection from then on: the answer is a 101
    bool own_host = false;   // the request's Host goes on, whatever the upstream says
    AttemptPass pass{};      // what the target let it begin with
    net::TimePoint deadline = net::TimePoint::max();  // what is waited for is not waited for any longer

    bool sent = false;  // the target may have some of the request
    Outcome outcome = Outcome::abandoned;
    int status = 0;
    net::TimePoint began{};
    std::chrono::nanoseconds time_to_connect{0}, time_to_first_byte{0};  // the latter since it began
};

// That `call.deadline` has passed: not the target's fault as long as its own timeouts had not.
Failure deadline_exceeded(std::string detail);

// Sends the request and reads the answer's head. The answer's body follows as a source unless it was here already; it
// uses the pool's loop, `call` and call.body until it is destroyed. A kept-alive connection that dies before a byte
// came back is replaced once, silently, where the request may be repeated. Throws Failure: culprit upstream with 502
// or 504, or what reading call.body threw. Sets call.outcome either way.
Task<Response> call(Pool& pool, Call& call);

bool may_be_repeated(std::string_view method) noexcept;  // idempotent (RFC 9110 section 9.2.2)

}  // namespace tollgate::upstream
