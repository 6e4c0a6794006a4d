// core/commands/trial.h - Trial: a configuration that is read and built and never served.
#pragma once

#include "config/builder.h"
#include "plugins/catalogue.h"
#include "plugins/metrics.h"
#include "plugins/named_states.h"
#include "plugins/pages.h"
#include "plugins/plugin_host.h"

#include <filesystem>
#include <memory>
#include <string>

namespace tollgate::commands {

// Everything a configuration leans on, for the moment of reading it; nothing of it lasts.
struct Trial {
    plugins::Catalogue own;
    plugins::Catalogue& catalogue = own;
    plugins::NoLoops loops;
    plugins::Metrics metrics{1};
    plugins::NamedStates states;
    plugins::Pages pages;
    upstream::UpstreamStates upstreams;
    config::Loaded loaded;  // last: its hosts use the rest

    Trial() = default;
    explicit Trial(plugins::Catalogue& shared) : catalogue{shared} {}  // a second one, of the same plugins

    // False where there is a problem; nobody is told.
    bool read(const std::filesystem::path& file);
    // The same, having told on stdout of every problem.
    bool load(const std::filesystem::path& file);
    const Snapshot& snapshot() const { return *loaded.snapshot; }
};

}  // namespace tollgate::commands
