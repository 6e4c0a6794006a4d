// core/upstream/client.cpp - the call: a connection for it, kept or new, and the conversation on that.
#include "upstream/client.h"

#include "upstream/call_failures.h"
#include "upstream/conversation.h"

namespace tollgate::upstream {

using net::Duration;

bool may_be_repeated(std::string_view method) noexcept {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" || method == "DELETE" ||
           method == "TRACE";
}

Failure deadline_exceeded(std::string detail) {
    return {Culprit::upstream, 504, "deadline_exceeded", "the upstream took longer than this request may", std::move(detail)};
}

Task<Response> call(Pool& pool, Call& call) {
    call.outcome = Outcome::abandoned;
    // Not this turn's time: what the gateway did in it so far is its own, and not the upstream's.
    call.began = net::Clock::now();
    const bool repeatable = !call.body && may_be_repeated(call.request.method());
    bool first_try = true;
    for (;;) {
        auto stream = first_try ? pool.take(call.target, !repeatable) : nullptr;
        const bool reused = bool(stream);
        if (!stream) {
            const auto began = pool.loop().now();
            NotConnected why;
            const Duration time = until_deadline(call, call.upstream.connect_timeout, began);
            stream = co_await pool.connect(call.target, time, why);
            call.time_to_connect = pool.loop().now() - began;
            if (!stream) {
                if (why.outcome == Outcome::connect_timeout && time < call.upstream.connect_timeout) {
                    call.outcome = ended_by_deadline(call, Outcome::connect_timeout);
                    throw deadline_exceeded(std::string(call.target.address()) + ": the deadline has passed");
                }
                call.outcome = why.outcome;
                if (why.outcome == Outcome::connect_timeout)
                    throw upstream_failure(504, "upstream_timeout", "the upstream could not be reached in time", call,
                                           "connecting: " + why.how);
                throw upstream_failure(502, "upstream_unreachable", "the upstream could not be reached", call,
                                       "connecting: " + why.how);
            }
        }
        auto conversation = std::make_unique<Conversation>(pool, call, std::move(stream));
        call.sent = true;
        co_await conversation->send();
        if (co_await conversation->read_head()) {
            Response response = conversation->take_response();
            if (conversation->upgraded()) {
                call.upgraded = conversation->take_wire();
                co_return response;
            }
            std::string bytes;
            if (conversation->buffered_whole(bytes))
                response.set_body(std::move(bytes));
            else
                response.set_body(std::unique_ptr<BodySource>{std::move(conversation)});
            co_return response;
        }
        if (reused && repeatable && first_try) {
            first_try = false;
            continue;
        }
        call.outcome = Outcome::reset;
        throw upstream_failure(502, "upstream_reset", "the upstream closed the connection", call,
                               "closed before it answered");
    }
}

}  // namespace tollgate::upstream
