// loadtest/commands.h - the subcommands of `loadtester`: each describes itself to CLI11 and is called if it is chosen.
//
// Results go to stdout, everything else to stderr. Exit codes: exit_codes.h. What the user said wrong is thrown as
// UsageError, from parsing or from the command: main() tells it.
#pragma once

#include "loadtest/options.h"

#include <functional>

namespace CLI {
class App;
}

namespace tollgate::loadtest {

using Chosen = std::function<int()>;  // the command, with what it was told

// Each adds a subcommand to `app` whose callback sets `chosen`.
void add_run(CLI::App& app, Chosen& chosen);
void add_report(CLI::App& app, Chosen& chosen);
void add_compare(CLI::App& app, Chosen& chosen);
void add_verify(CLI::App& app, Chosen& chosen);
void add_upstream(CLI::App& app, Chosen& chosen);

int run_command(const Options& options);

}  // namespace tollgate::loadtest
