// loadtest/histogram.h - Histogram: durations counted in buckets of bounded relative width, after HdrHistogram.
//
// The layout is HdrHistogram's (Gil Tene, http://hdrhistogram.org) for values in nanoseconds, lowest discernible value
// 256: buckets double in width each time the value doubles, so that none is wider than 256 ns or one part in 2^n of its
// values, whichever is more. Three digits: 1/1024; two: 1/128. What is reported for a sample is the highest value of
// its bucket: never below the sample, and above it by less than that width.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace tollgate::loadtest {

class Histogram {
public:
    static constexpr std::uint64_t lowest_discernible = 256;                 // ns
    static constexpr std::uint64_t highest = 25ull * 3600 * 1'000'000'000;   // 25 h; more is counted as this

    // `digits`: 2 or 3. Holds no memory before the first sample, and then as much as the highest bucket in use needs:
    // at most 240 KiB with three digits, 34 KiB with two.
    explicit Histogram(int digits = 3) noexcept : digits_{static_cast<std::uint8_t>(digits)} {}

    void record(std::chrono::nanoseconds value) {  // below 0 is counted as 0
        const auto ticks = value.count();
        record(ticks < 0 ? 0 : static_cast<std::uint64_t>(ticks), 1);
    }
    void record(std::uint64_t value, std::uint64_t times);
    // All samples of `other`, which may have as many digits or more.
    void add(const Histogram& other);

    int digits() const noexcept { return digits_; }
    std::uint64_t count() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    // Exact. All are 0 of an empty histogram.
    std::uint64_t min() const noexcept { return count_ == 0 ? 0 : min_; }
    std::uint64_t max() const noexcept { return max_; }
    double mean() const noexcept { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
    double standard_deviation() const noexcept;  // by the buckets' middles
    // The value that `percent` (0 to 100) of the samples do not exceed: that of the sample of rank ceil(percent / 100 *
    // count), at least the first; within the bound above, and never beyond max().
    std::uint64_t percentile(double percent) const noexcept;
    // How many samples are at most `value` for sure: their whole bucket is.
    std::uint64_t surely_at_most(std::uint64_t value) const noexcept;

    // The buckets in use, in rising order of value: visit(lowest, highest, samples).
    template <class Visitor>
    void each(Visitor visit) const {
        for (std::size_t i = 0; i < counts_.size(); ++i)
            if (counts_[i] > 0) visit(lowest_of(i), highest_of(i), counts_[i]);
    }
    // The counters as HdrHistogram numbers them; trailing ones may be missing. For encoding and decoding.
    const std::vector<std::uint64_t>& counts() const noexcept { return counts_; }
    // Throws std::invalid_argument where there are more counters than 25 h need. min, max and sum are exact where
    // known.
    static Histogram of(int digits, std::vector<std::uint64_t> counts);
    void set_exact(std::uint64_t min, std::uint64_t max, double sum) noexcept;
    double sum() const noexcept { return sum_; }

private:
    // Of the first (linear) bucket: 2048 counters with three digits, 256 with two; the following have half as many.
    int half_bits() const noexcept { return digits_ == 3 ? 10 : 7; }
    std::size_t index_of(std::uint64_t value) const noexcept;
    std::uint64_t lowest_of(std::size_t index) const noexcept;
    std::uint64_t highest_of(std::size_t index) const noexcept;

    std::uint8_t digits_;
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0, min_ = ~std::uint64_t{0}, max_ = 0;
    double sum_ = 0;
};

}  // namespace tollgate::loadtest
