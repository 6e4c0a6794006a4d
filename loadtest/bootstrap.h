// loadtest/bootstrap.h - Resampling: other runs that one run could have been, by redrawing blocks of its timeline.
//
// Neighbouring intervals of a run resemble each other (a slow second is followed by another), so single ones must not
// be redrawn as if they were independent: whole blocks are, of about the cube root of their number (the circular block
// bootstrap; Politis and Romano, 1992).
#pragma once

#include "loadtest/results.h"

#include <cstdint>
#include <random>
#include <vector>

namespace tollgate::loadtest {

// Some of a run's time together.
struct Slice {
    double seconds = 0;          // of the measured part
    std::uint64_t in_time = 0;   // answers within them
    ClassCounts classes{};       // answers, also those that came after the measured part
    std::uint64_t unanswered = 0;
    Histogram successes{2};      // response times of 2xx

    void add(const Slice& other);
    std::uint64_t requests() const noexcept;  // answered or not
};

class Resampling {
public:
    static constexpr std::size_t least_intervals = 8;  // with fewer there is nothing to redraw

    explicit Resampling(const Results& run);

    std::size_t intervals() const noexcept { return intervals_; }
    bool possible() const noexcept { return intervals_ >= least_intervals; }
    // By how much an interval of draws is too narrow: there are few blocks, and what they differ by is itself only
    // estimated from them. Student's t at 97.5% against the normal, with as many degrees of freedom as blocks that do
    // not overlap less one; and n / (n - length), as for any variance of a sample.
    double widening() const noexcept;
    const Slice& whole() const noexcept { return whole_; }  // as it was
    // Needs possible(). The same for the same state of `random`.
    Slice draw(std::mt19937_64& random) const;

private:
    std::size_t intervals_ = 0, slices_ = 0, length_ = 1, draws_ = 0;  // length: of a block, in slices
    Slice whole_;
    std::vector<Slice> blocks_;  // one that begins at each slice; behind the last slice follows the first
};

}  // namespace tollgate::loadtest
