// loadtest/run_command.cpp - `loadtester run`: from its options to its reports and its exit code.
#include "loadtest/commands.h"
#include "loadtest/exit_codes.h"

#include <iostream>

namespace tollgate::loadtest {

int run_command(const Options&) {
    std::cerr << "loadtester: run: not there yet\n";
    return exit_internal;
}

}  // namespace tollgate::loadtest
