// core/gateway/passage_mirror.cpp - the step of the corridor that sends a copy of the request to a route's mirror.
#include "gateway/loop_share.h"
#include "gateway/mirror.h"
#include "gateway/passage.h"
#include "gateway/trace.h"
#include "http/upgrade.h"
#include "snapshot/shaping.h"
#include "support/random.h"
#include "support/text.h"

namespace tollgate {

// The request is what the upstream is about to be asked. An offer to leave HTTP cannot be made twice.
void Passage::mirror_request() {
    const Mirror& mirror = *route_->mirror;
    const bool rehearsed = trace_ && trace_->rehearsed();
    const bool leaves =
        !exchange_.upgrade.empty() && !http::allowed_protocols(exchange_.upgrade, route_->upgrade).empty();
    const bool copied = !leaves && (mirror.share >= 1 || random_point() < mirror.share);
    if (trace_) {
        const std::string share = text::number(mirror.share);
        trace_->begin("mirror", route_->where);
        trace_->say(mirror.upstream->name + (rehearsed ? ": is not asked now; its share is " + share
                                             : copied  ? ": gets a copy"
                                             : leaves  ? ": gets no copy of an upgrade"
                                                       : ": gets no copy this time; its share is " + share),
                    {{"mirror", mirror.upstream->name}, {"share", share}});
        trace_->begin("upstream", upstream()->where);
    }
    if (!copied || rehearsed) return;
    CopyOrder order{mirror, exchange_.request, has_body()};
    if (order.has_body) order.body_length = made_body_ ? made_body_->size() : exchange_.body().length();
    order.step = step_;
    order.spans = spans_.get();
    order.own_host = sets_host();
    if (auto tap = send_copy(share_, lease_, order)) request_body().add_tap(std::move(tap));
}

}  // namespace tollgate
