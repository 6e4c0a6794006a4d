// loadtest/live.h - Live: a run's progress as one line of a terminal, drawn anew each second.
#pragma once

#include "loadtest/options.h"
#include "loadtest/results.h"

#include <cstddef>
#include <string>
#include <vector>

namespace tollgate::loadtest {

class Live {
public:
    // Whether stderr is a terminal that can redraw a line, and nobody asked for quiet.
    static bool wanted(const Options& options);

    explicit Live(const Options& options, bool colour) : options_{options}, colour_{colour} {}

    // The line for what has been counted until `elapsed` seconds after the begin of the measured part. Rate and p99 are
    // of the time since the last call.
    std::string line(const Results& so_far, double elapsed);
    // Draws and wipes on stderr. A line is cut to the terminal's width.
    void draw(const std::string& line) const;
    void wipe() const;

private:
    std::string progress(const Results& so_far, double elapsed) const;

    const Options& options_;
    const bool colour_;
    double last_elapsed_ = 0;
    std::uint64_t last_answered_ = 0;
    std::vector<std::uint64_t> last_counts_;  // of the histogram of all responses
};

}  // namespace tollgate::loadtest
