// core/commands/check.cpp - `tollgate check` and `tollgate routes`: reads routes.lua whole, without serving it.
#include "commands/commands.h"

#include "admin/pages.h"
#include "commands/surroundings.h"
#include "config/builder.h"
#include "plugins/metrics.h"
#include "plugins/named_states.h"
#include "plugins/plugin_host.h"
#include "support/text.h"

#include <cstdlib>
#include <iostream>
#include <map>

namespace tollgate::commands {

namespace {

// Everything a configuration leans on, for the moment of reading it; nothing of it lasts.
struct Trial {
    plugins::Catalogue catalogue;
    plugins::NoLoops loops;
    plugins::Metrics metrics{1};
    plugins::NamedStates states;
    admin::Pages pages;
    std::map<std::string, std::shared_ptr<upstream::TargetState>> targets;
    config::Loaded loaded;  // last: its hosts use the rest

    void load(const std::filesystem::path& file) {
        const auto host = [this](const Descriptor& descriptor) -> std::unique_ptr<Host> {
            return std::make_unique<plugins::PluginHost>(descriptor.name,
                                                         plugins::Lent{loops, metrics, states, pages, nullptr});
        };
        const auto target = [this](const std::string& address) {
            auto& state = targets[address];
            if (!state) state = std::make_shared<upstream::TargetState>();
            return state;
        };
        const auto env = [](const char* name) -> const char* { return std::getenv(name); };
        loaded = config::load(file, {catalogue, 1, host, target, env});
    }
};

// Loads into `trial`, or returns the exit code, having said why.
std::optional<int> load(Trial& trial, const Options& options, std::filesystem::path& file) {
    const auto found = routes_file(options);
    if (!found || !load_plugins(trial.catalogue, options)) return wrong;
    file = *found;
    trial.load(file);
    if (trial.loaded.problems.empty() && trial.loaded.snapshot) return std::nullopt;
    for (const config::Problem& problem : trial.loaded.problems) std::cout << problem.text() << '\n';
    std::cout << file.filename().string() << ": " << text::count(trial.loaded.problems.size(), "problem") << '\n';
    return wrong;
}

}  // namespace

int check(const Options& options) {
    Trial trial;
    std::filesystem::path file;
    if (const auto code = load(trial, options, file)) return *code;
    const Snapshot& snapshot = *trial.loaded.snapshot;
    std::cout << file.filename().string() << ": ok, " << text::count(snapshot.routes.size(), "route") << ", "
              << text::count(snapshot.upstreams.size(), "upstream") << ", "
              << text::count(snapshot.uses.size(), "plugin use") << '\n';
    return done;
}

int routes(const Options& options) {
    Trial trial;
    std::filesystem::path file;
    if (const auto code = load(trial, options, file)) return *code;
    std::cout << config::describe_routes(*trial.loaded.snapshot, options.json);
    return done;
}

}  // namespace tollgate::commands
