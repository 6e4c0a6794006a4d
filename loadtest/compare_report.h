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

    // Those that became worse than that, for sure.
    std::vector<const Change*> regressions() const;
};

std::string compare_text(const ComparedRuns& runs, bool colour);
// Schema "tollgate.comparison/1": docs/load-testing.md.
std::string compare_json(const ComparedRuns& runs, int exit_code);

}  // namespace tollgate::loadtest
