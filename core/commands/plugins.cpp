// core/commands/plugins.cpp - `tollgate plugins`: what is loaded from where, and what each can be told.
#include "commands/commands.h"

#include "commands/surroundings.h"
#include "plugins/describe.h"

#include <iostream>

namespace tollgate::commands {

int plugins(const Options& options) {
    tollgate::plugins::Catalogue catalogue;
    if (!load_plugins(catalogue, options)) return wrong;
    if (options.json) {
        std::cout << tollgate::plugins::describe_json(catalogue) << '\n';
    } else if (catalogue.all().empty()) {
        complain("no plugins in " + tollgate::plugins::Catalogue::default_folder().string() +
                 (options.plugin_folders.empty() ? "; name another folder with --plugins" : " nor in those named"));
    } else {
        std::cout << tollgate::plugins::describe(catalogue, options.settings);
    }
    return done;
}

}  // namespace tollgate::commands
