// core/commands/surroundings.cpp - finding routes.lua and the plugins.
#include "commands/surroundings.h"

#include "support/text.h"

#include <iostream>
#include <system_error>

namespace tollgate::commands {

namespace fs = std::filesystem;

void complain(std::string_view text) { std::cerr << "tollgate: " + std::string{text} + '\n'; }

std::optional<fs::path> routes_file(const Options& options) {
    std::error_code error;
    if (!options.file.empty()) {
        if (fs::exists(options.file, error)) return options.file;
        complain(options.file + ": " + (error ? error.message() : "no such file"));
        return std::nullopt;
    }
    for (const char* const file : {"routes.lua", "scripts/routes.lua"}) {
        if (!fs::exists(file, error)) continue;
        complain(std::string{"using "} + file);
        return file;
    }
    complain("no routes.lua here and no scripts/routes.lua; name the file to use");
    return std::nullopt;
}

bool load_plugins(plugins::Catalogue& catalogue, const Options& options) {
    for (const std::string& problem : catalogue.load_folder(plugins::Catalogue::default_folder(), true))
        complain(problem);
    bool readable = true;
    for (const std::string& folder : options.plugin_folders) {
        std::error_code error;
        if (!fs::is_directory(folder, error)) {
            complain("--plugins " + text::quote(folder) + ": " + (error ? error.message() : "expected a folder"));
            readable = false;
            continue;
        }
        for (const std::string& problem : catalogue.load_folder(folder, false)) complain(problem);
    }
    return readable;
}

}  // namespace tollgate::commands
