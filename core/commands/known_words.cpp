// core/commands/known_words.cpp - reading the configuration for the names in it.
#include "commands/known_words.h"

#include "commands/trial.h"

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>

namespace tollgate::commands {

namespace {

namespace fs = std::filesystem;

std::optional<fs::path> file_at_hand(std::span<const std::string> words) {
    std::vector<fs::path> files{"routes.lua", "scripts/routes.lua", "/etc/tollgate/routes.lua"};
    const auto said = std::find(words.begin(), words.end(), "--file");
    if (said != words.end() && said + 1 != words.end()) files = {*(said + 1)};
    for (const fs::path& file : files)
        if (std::error_code error; fs::is_regular_file(file, error)) return file;
    return std::nullopt;
}

std::vector<std::string> targets_of(const Snapshot& snapshot, std::span<const std::string> words) {
    std::vector<std::string> names;
    for (const auto& upstream : snapshot.upstreams)
        if (std::find(words.begin(), words.end(), upstream->name) != words.end())
            for (const auto& target : upstream->targets) names.emplace_back(target->address());
    return names;
}

std::vector<std::string> names_of(const auto& all, auto name) {
    std::vector<std::string> names;
    for (const auto& one : all) names.emplace_back(name(one));
    return names;
}

}  // namespace

std::vector<std::string> known_words(std::string_view kind, std::span<const std::string> words) {
    constexpr std::array kinds{"UPSTREAM", "TARGET", "TIER", "PLUGIN"};
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return {};
    Trial trial;
    (void)trial.catalogue.load_folder(plugins::Catalogue::default_folder(), true);
    if (kind == "PLUGIN")
        return names_of(trial.catalogue.all(), [](const auto& entry) { return entry.descriptor->name; });
    const auto file = file_at_hand(words);
    if (!file || !trial.read(*file)) return {};
    const Snapshot& snapshot = trial.snapshot();
    if (kind == "TARGET") return targets_of(snapshot, words);
    if (kind == "TIER") return names_of(snapshot.tiers, [](const auto& tier) { return tier.first; });
    return names_of(snapshot.upstreams, [](const auto& upstream) { return upstream->name; });
}

}  // namespace tollgate::commands
