// core/commands/surroundings.h - what several commands begin with: which file is meant, which plugins there are.
#pragma once

#include "commands/commands.h"
#include "plugins/catalogue.h"

#include <filesystem>
#include <optional>
#include <string_view>

namespace tollgate::commands {

// One line on stderr, "tollgate: ...".
void complain(std::string_view text);

// The file the user named, or the one there is: ./routes.lua, else scripts/routes.lua, and says which. nullopt, having
// complained, if there is none.
std::optional<std::filesystem::path> routes_file(const Options& options);

// Loads the default folder's plugins and those of --plugins. A library that does not load is complained of and left
// out, as nothing may need it; returns false if a folder that the user named cannot be read.
bool load_plugins(plugins::Catalogue& catalogue, const Options& options);

}  // namespace tollgate::commands
