// core/config/builder.h - load(): routes.lua to a Snapshot, or to the list of everything that is wrong with it.
#pragma once

#include "config/source.h"
#include "net/tls_client_context.h"
#include "net/tls_tickets.h"
#include "plugins/catalogue.h"
#include "snapshot/snapshot.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tollgate::config {

// "routes.lua:26: ratelimit: rate: expected a rate (60 / minute), got "600"; did you mean ...?" is
// {where "routes.lua:26", what the rest}.
struct Problem {
    std::string where, what;
    std::string text() const { return where + ": " + what; }
};

// What the builder needs of the running program.
struct Surroundings {
    plugins::Catalogue& catalogue;
    std::size_t loops = 1;
    // A Host for one use of a plugin. `tollgate check` gives one that lends nothing lasting. Of the snapshot there are
    // its tiers, and its database, if what the configuration says of that can be read.
    std::function<std::unique_ptr<Host>(const Descriptor&, const Snapshot&)> make_host;
    // What is known of the upstream of that name, shared between snapshots.
    std::function<std::shared_ptr<upstream::UpstreamState>(const std::string& upstream)> upstream_state;
    // The environment, for `env "NAME"`; tests give their own.
    std::function<const char*(const char*)> env;
    // Runs what makes the plugins, whose threads inherit the priority of who does. Null: whoever loads.
    std::function<void(const std::function<void()>&)> making_plugins{};
    // By which sessions of TLS are resumed, also those from before a reload. Null: each configuration has its own.
    std::shared_ptr<net::TlsTickets> tickets{};
    // How https upstreams are spoken to, also by configurations from before: what stays the same keeps its connections.
    std::shared_ptr<net::TlsClientContexts> tls_contexts = std::make_shared<net::TlsClientContexts>();
};

struct Loaded {
    std::shared_ptr<Snapshot> snapshot;  // null if there are problems
    std::vector<Problem> problems;       // in the order of the files and their lines
    // routes.lua and all that it requires, absolute; where something is wrong also what it wanted and is not there.
    std::vector<std::filesystem::path> files;
};

// Never throws for what the file says. The shown file name is as given, without its folder.
Loaded load(const std::filesystem::path& file, const Surroundings& surroundings);
Loaded load(Source source, const Surroundings& surroundings);

// The flattened table of `tollgate routes`: method and path, plugins in order, upstream or answer, file:line.
std::string describe_routes(const Snapshot& snapshot, bool json);

}  // namespace tollgate::config
