// core/gateway/passage_history.cpp - what is remembered and shown of a request that is over.
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "http/layout.h"

#include <algorithm>

namespace tollgate {

// The request is over: figures, spans, logs and who watches are told of the path as it is after this.
void Passage::hide_secrets() noexcept {
    auto& layout = exchange_.request.layout();
    try {
        std::string target = layout.target;
        concealed_.hide_in(target);
        layout.set_target(target);
    } catch (const std::exception&) {  // no memory: better no path than one with a key
        layout.target.clear();
        layout.path_size = 0;
    }
}

void Passage::tell_feed(const LogContext& facts) const {
    history::RecordView record;
    record.began = exchange_.began_at;
    record.status = facts.status();
    record.attempts = facts.attempts();
    record.upstream_status = facts.upstream_status();
    record.bytes_received = facts.bytes_received();
    record.bytes_sent = facts.bytes_sent();
    record.duration = facts.duration();
    record.upstream_time = facts.upstream_time();
    record.gateway_time = std::max(record.duration - record.upstream_time, std::chrono::nanoseconds{0});
    record.complete = facts.complete();
    record.request_id = request_id_;
    record.trace_id = trace_id();
    record.client_ip = client_ip_;
    record.method = exchange_.head_only ? std::string_view{"HEAD"} : exchange_.request.method();
    record.path = exchange_.request.path();
    record.route = route_->name;
    record.reason = facts.reason();
    if (caller_) {
        record.caller = caller_->id();
        record.owner = caller_->owner();
        record.tier = caller_->tier();
    }
    record.upstream = facts.upstream();
    record.target = facts.target();
    record.cache = facts.response_headers().get("X-Cache");
    share_.outlet.tell(record, share_.loop.number());
}

}  // namespace tollgate
