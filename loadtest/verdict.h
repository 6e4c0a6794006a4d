// loadtest/verdict.h - judge(): what a finished run is held against, and the exit code that follows.
#pragma once

#include "loadtest/options.h"
#include "loadtest/results.h"

namespace tollgate::loadtest {

// `expected` and `unexpected`: requests that were answered otherwise, or not at all. For thresholds during a run;
// judge() does it as well.
void count_unexpected(Results& results, const std::vector<std::string>& expected);

// Fills in `expected`, `unexpected`, `thresholds` (`aborted_run` stays, by expression), `exit_code` and `verdict`.
// Several reasons: all are in the verdict, in the order of exit codes 3, 4, 5, 99, 130; the first is the exit code.
// Throws UsageError for a threshold or an expectation that is none.
void judge(Results& results, const Options& options);

}  // namespace tollgate::loadtest
