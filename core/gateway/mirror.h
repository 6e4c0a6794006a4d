// core/gateway/mirror.h - copies of requests for another upstream: sent beside the real one, heard by nobody.
#pragma once

#include <tollgate/message.h>

#include "gateway/figures.h"
#include "http/traceparent.h"
#include "snapshot/snapshot.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace tollgate {

class RequestSpans;
struct LoopShare;
struct SnapshotLease;

// What a copy needs of the request it is made of. `own_host`: the request's Host goes on, whatever the upstream says.
struct CopyOrder {
    const Mirror& mirror;  // of the lease's snapshot
    const Request& request;
    bool has_body = false;
    std::optional<std::uint64_t> body_length{};  // where it is known
    bool own_host = false;
    http::Traceparent step{};  // of the request in its trace; none where there is no `tracing`
    const RequestSpans* spans = nullptr;  // null: nobody records it
};

// Sends a copy to the mirror's upstream, unless there are too many under way. It owns what it needs and keeps the
// snapshot; whatever becomes of it, the request it was made of does not notice. Where that has a body the copy is sent
// once the tap, which is for who passes it on, has seen it end: null where there is nothing to watch. Loop only.
std::unique_ptr<BodyTap> send_copy(LoopShare& share, SnapshotLease& lease, const CopyOrder& order);

}  // namespace tollgate
