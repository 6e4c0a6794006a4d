// core/commands/diff.cpp - `tollgate diff OLD NEW`: what a reload from one to the other would change.
#include "commands/commands.h"

#include "commands/surroundings.h"
#include "commands/trial.h"
#include "config/difference.h"

#include <cstdint>
#include <iostream>

namespace tollgate::commands {

int diff(const Options& options) {
    Trial before;
    Trial after{before.catalogue};
    Options named = options;
    const auto old_file = routes_file(named);
    named.file = options.other_file;
    const auto new_file = routes_file(named);
    if (!old_file || !new_file || !load_plugins(before.catalogue, options)) return wrong;
    const bool both = int(before.load(*old_file)) + int(after.load(*new_file)) == 2;  // the mistakes of both are told
    if (!both) return wrong;

    const auto difference = config::compare(before.snapshot(), after.snapshot());
    if (options.json) {
        std::cout << difference.json() << '\n';
    } else {
        for (const auto& line : difference.lines(SIZE_MAX)) std::cout << line << '\n';
        std::cout << difference.summary() << '\n';
    }
    return options.exit_code && !difference.changes.empty() ? failed : done;
}

}  // namespace tollgate::commands
