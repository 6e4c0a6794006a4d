// loadtest/compare_report.h - a Comparison as text for people and JSON for programs.
#pragma once

#include "loadtest/compare.h"

#include <optional>
#include <string>
#include <utility>

namespace tollgate::loadtest {

struct ComparedRuns {
    const Results& before;
    const Results& after;
    const Comparison& comparison;
    std::optional<double> most_regression;  // of 1, or of all requests where shares are compared
    std::vector<std::string> differences;   // of what the two were told, if they are compared all the same

    // Those that became worse than that, for sure, or of which B has nothing any more.
    std::vector<const Change*> regressions() const;
    // Where there is a limit: the figures that may be beyond it, for all that is known.
    std::vector<const Change*> open() const;
    // Why nothing can be said of a limit at all: "A: not one answer".
    std::vector<std::string> invalid() const;
    // 4 if a run is invalid, else 99 for a regression, else 4 if a figure is open.
    int exit_code() const;
};

std::string compare_text(const ComparedRuns& runs, bool colour);
// Schema "tollgate.comparison/1": docs/load-testing.md.
std::string compare_json(const ComparedRuns& runs);

}  // namespace tollgate::loadtest
