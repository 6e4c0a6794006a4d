// core/commands/trial.cpp - reading a configuration with hosts that lend nothing lasting.
#include "commands/trial.h"

#include "support/text.h"

#include <cstdlib>
#include <iostream>

namespace tollgate::commands {

bool Trial::read(const std::filesystem::path& file) {
    const auto host = [this](const Descriptor& descriptor, const auto&) -> std::unique_ptr<Host> {
        return std::make_unique<plugins::PluginHost>(descriptor.name,
                                                     plugins::Lent{loops, metrics, states, pages, {}});
    };
    const auto upstream = [this](const std::string& name) { return upstreams.of(name); };
    const auto env = [](const char* name) -> const char* { return std::getenv(name); };
    loaded = config::load(file, {catalogue, 1, host, upstream, env});
    return loaded.problems.empty() && loaded.snapshot;
}

bool Trial::load(const std::filesystem::path& file) {
    if (read(file)) return true;
    for (const config::Problem& problem : loaded.problems) std::cout << problem.text() << '\n';
    std::cout << file.filename().string() << ": " << text::count(loaded.problems.size(), "problem") << '\n';
    return false;
}

}  // namespace tollgate::commands
