// core/gateway/snapshot.cpp - where a Snapshot is made and unmade: here its members' types are known.
#include "gateway/snapshot.h"

#include "config/script.h"
#include "plugins/plugin_host.h"

namespace tollgate {

Snapshot::Snapshot() = default;

// A use's pages, commands and spawned tasks call into its plugin, and so end before it.
Snapshot::~Snapshot() {
    for (const auto& use : uses)
        if (auto* host = dynamic_cast<plugins::PluginHost*>(use->host.get())) host->retire();
}

}  // namespace tollgate
