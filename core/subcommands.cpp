// core/subcommands.cpp - what several subcommands have in common.
#include "subcommands.h"

#include <CLI/CLI.hpp>

namespace tollgate::commands {

CLI::App* Subcommands::add(const char* name, const char* help, int (*function)(const Options&)) const {
    CLI::App* const sub = app.add_subcommand(name, help);
    sub->callback([&chosen = chosen, function] { chosen = function; });
    return sub;
}

void Subcommands::file_and_plugins(CLI::App* sub) const {
    sub->add_option("file", options.file, "the configuration; default routes.lua, else scripts/routes.lua")
        ->type_name("FILE");
    plugin_folders(sub);
}

void Subcommands::plugin_folders(CLI::App* sub) const {
    sub->add_option("--plugins", options.plugin_folders, "also load the plugins of this folder; may be repeated")
        ->type_name("DIR")
        ->allow_extra_args(false);
}

}  // namespace tollgate::commands
