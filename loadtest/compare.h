// loadtest/compare.h - what changed from one run to another, and how sure that is.
#pragma once

#include "loadtest/results.h"

#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest {

// One figure of two runs.
struct Change {
    enum class Unit : std::uint8_t { rate, share, time };
    enum class Worse : std::uint8_t { less, more, neither };

    std::string name;                     // "p99 of 2xx"
    Unit unit;                            // a second, of 1, ns
    Worse worse;
    std::optional<double> before, after;  // none: there is no sample
    // Of rates and times relative to `before`; of shares the difference. None where there is nothing to relate to.
    std::optional<double> change;
    // Its 95% confidence interval, where the runs are long enough for one.
    struct Range {
        double low, high;
    };
    std::optional<Range> range;
    bool timeless = false;  // the timeline does not tell of it, so that it never has an interval

    // A had some, B has none: of times that is no answer to measure.
    bool lost() const noexcept { return before && !after; }
    // It may have become worse, for all that is known.
    bool open() const noexcept;
    // That it changed: the interval is on one side of 0, of rates and times by more than one part in a thousand, below
    // which nothing is worth telling.
    bool shown() const noexcept;
    // "faster", "slower", "better", "worse", "more", "fewer"; "no difference shown"; "not judged" without an
    // interval, "lost" as above.
    std::string_view judgement() const noexcept;
    // How much worse it became at least, by the interval; 0 if that is not shown.
    double regression() const noexcept;
};

struct Comparison {
    std::vector<Change> changes;
    std::vector<std::string> notes;  // what makes it doubtful, for people
};

// What the two were told differently: `connections: "64" and "128"`.
std::vector<std::string> configuration_differences(const Results& before, const Results& after);

// The same for the same two runs, always.
Comparison compare(const Results& before, const Results& after);

}  // namespace tollgate::loadtest
