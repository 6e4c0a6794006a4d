// core/subcommands.h - Subcommands: those of the program's command line, each with its options.
//
// Not of the library, as main.cpp: CLI11 ends here.
#pragma once

#include "commands/commands.h"

#include <functional>

namespace CLI {
class App;
}

namespace tollgate::commands {

using Chosen = std::function<int(const Options&)>;

// What they are added to, where their options are kept, and what is called of them in the end; all outlive parsing.
struct Subcommands {
    CLI::App& app;
    Options& options;
    Chosen& chosen;

    // One that is chosen by its name.
    CLI::App* add(const char* name, const char* help, int (*function)(const Options&)) const;
    // Has `sub` take a configuration, as what stands by itself, and folders of plugins.
    void file_and_plugins(CLI::App* sub) const;
    // Has `sub` take folders of plugins.
    void plugin_folders(CLI::App* sub) const;
};

// Adds those that serve, or tell of, a configuration at hand.
void add_configuration_commands(const Subcommands& to);
// Adds those of the database of API keys.
void add_key_commands(const Subcommands& to);
// Adds those that tell what there is to be said in a configuration.
void add_word_commands(const Subcommands& to);
// Adds those that ask a running gateway, one of them below `keys`.
void add_remote_commands(const Subcommands& to);

}  // namespace tollgate::commands
