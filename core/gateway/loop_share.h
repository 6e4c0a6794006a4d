// core/gateway/loop_share.h - LoopShare: everything one loop has to itself: sessions, connections, its snapshot lease.
#pragma once

#include "gateway/figures.h"
#include "gateway/loop_figures.h"
#include "gateway/passage.h"
#include "history/outlet.h"
#include "history/usage.h"
#include "http/session.h"
#include "net/event_loop.h"
#include "tracing/span_queue.h"
#include "upstream/checker.h"
#include "upstream/pool.h"

#include <memory>
#include <optional>
#include <thread>

namespace tollgate {

struct LoopShare {
    LoopShare(std::size_t number, http::Handler& handler, net::Lookups& lookups, plugins::Metrics& metrics,
              net::Timekeeper* timekeeper = nullptr)
        : loop{number, timekeeper}, pool{loop, lookups}, lane{loop, handler}, figures{metrics},
          loop_figures{metrics, number} {
        loop.report_to(loop_figures);
    }

    // Goes over to another snapshot; requests under way keep theirs. On the loop, or before it runs.
    void adopt(std::shared_ptr<const Snapshot> snapshot) {
        checker.reset();
        SnapshotLease* old = lease.release();
        lease = std::make_unique<SnapshotLease>(SnapshotLease{std::move(snapshot)});
        lane.set_limits(lease->snapshot->limits);
        if (const auto& scripts = lease->snapshot->scripts; !scripts.empty())
            scripts[loop.number()]->count_in(figures.script);
        if (old && old->holders == 0) delete old;
    }
    // Checks targets from now on; `loops` share in them. On the loop, or before it runs.
    void begin_checks(std::size_t loops) {
        checker.emplace(pool, lease->snapshot->upstreams, loop.number(), loops);
    }
    // The last request of a snapshot that is no longer in force frees it.
    void give_back(SnapshotLease& held) noexcept {
        if (--held.holders == 0 && &held != lease.get()) delete &held;
    }

    net::EventLoop loop;
    upstream::Pool pool;
    http::Lane lane;
    Figures figures;
    LoopFigures loop_figures;
    history::Outlet outlet;
    history::Usage usage;
    tracing::SpanQueue* spans = nullptr;  // null where no configuration has sent any anywhere so far
    std::unique_ptr<SnapshotLease> lease;
    std::optional<upstream::Checker> checker;  // of the lease's snapshot
    // How an upstream is asked. A rehearsal asks nobody.
    Task<Response> (*call)(upstream::Pool&, upstream::Call&) = &upstream::call;
    std::thread thread;
};

}  // namespace tollgate
