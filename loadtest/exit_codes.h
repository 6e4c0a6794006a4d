// loadtest/exit_codes.h - what `loadtester` exits with; the worst of several wins, all are in the JSON.
#pragma once

namespace tollgate::loadtest {

enum ExitCode : int {
    exit_passed = 0,
    exit_internal = 1,
    exit_usage = 2,
    exit_unreachable = 3,    // not one answer came
    exit_invalid = 4,        // the ledger does not balance, or an open loop's generator could not keep its schedule
    exit_unreconciled = 5,   // the gateway's own counts disagree
    exit_limits = 6,         // a limit is not as declared
    exit_threshold = 99,     // a threshold or an expectation failed
    exit_interrupted = 130,  // Ctrl-C
};

}  // namespace tollgate::loadtest
