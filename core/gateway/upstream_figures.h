// core/gateway/upstream_figures.h - what operators read of the targets' health.
#pragma once

#include "plugins/metrics.h"
#include "snapshot/snapshot.h"

#include <memory>
#include <vector>

namespace tollgate {

// Has the upstreams' rosters follow the snapshot, which is in force from now on, and count in `metrics`. What is looked
// up when somebody asks is there while what is returned lives, and keeps the snapshot; no other of it may be there.
std::vector<plugins::Metrics::Watch> follow_upstreams(plugins::Metrics& metrics,
                                                      const std::shared_ptr<const Snapshot>& snapshot);

}  // namespace tollgate
