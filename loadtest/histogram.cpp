// loadtest/histogram.cpp - HdrHistogram's arithmetic: which bucket a value falls into, and what a bucket holds.
#include "loadtest/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace tollgate::loadtest {

namespace {
constexpr int unit_bits = 8;  // log2(lowest_discernible)
static_assert(std::uint64_t{1} << unit_bits == Histogram::lowest_discernible);
}  // namespace

// The first bucket is linear, 2^(half_bits + 1) counters of one unit. Of each later one only the upper half is needed:
// the lower half is the buckets before.
std::size_t Histogram::index_of(std::uint64_t value) const noexcept {
    const int half = half_bits();
    const std::uint64_t linear = (std::uint64_t{2} << (half + unit_bits)) - 1;
    const int bucket = 63 - std::countl_zero(value | linear) - half - unit_bits;
    return (static_cast<std::size_t>(bucket) << half) + static_cast<std::size_t>(value >> (bucket + unit_bits));
}

std::uint64_t Histogram::lowest_of(std::size_t index) const noexcept {
    const int half = half_bits();
    const std::size_t per_half = std::size_t{1} << half;
    if (index < 2 * per_half) return static_cast<std::uint64_t>(index) << unit_bits;
    const std::size_t bucket = (index >> half) - 1;
    return static_cast<std::uint64_t>(index - bucket * per_half) << (bucket + unit_bits);
}

std::uint64_t Histogram::highest_of(std::size_t index) const noexcept { return lowest_of(index + 1) - 1; }

void Histogram::record(std::uint64_t value, std::uint64_t times) {
    value = std::min(value, highest);
    const std::size_t index = index_of(value);
    if (index >= counts_.size()) counts_.resize(index + 1 + (std::size_t{1} << half_bits()) / 2);
    counts_[index] += times;
    count_ += times;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
    sum_ += static_cast<double>(value) * static_cast<double>(times);
}

void Histogram::add(const Histogram& other) {
    if (other.empty()) return;
    if (other.digits_ == digits_) {
        if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
        for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
        count_ += other.count_;
    } else {
        const Histogram before = *this;
        other.each([this](std::uint64_t, std::uint64_t high, std::uint64_t samples) { record(high, samples); });
        min_ = before.min_, max_ = before.max_, sum_ = before.sum_;
    }
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    sum_ += other.sum_;
}

double Histogram::standard_deviation() const noexcept {
    if (count_ < 2) return 0;
    const double middle = mean();
    double squares = 0;
    each([&](std::uint64_t low, std::uint64_t high, std::uint64_t samples) {
        const double distance = (static_cast<double>(low) + static_cast<double>(high)) / 2 - middle;
        squares += distance * distance * static_cast<double>(samples);
    });
    return std::sqrt(squares / static_cast<double>(count_));
}

std::uint64_t Histogram::percentile(double percent) const noexcept {
    if (count_ == 0) return 0;
    const double exact = std::ceil(std::clamp(percent, 0.0, 100.0) / 100 * static_cast<double>(count_) - 1e-9);
    const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(exact), 1, count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        if ((seen += counts_[i]) >= rank) return std::clamp(highest_of(i), min(), max_);
    return max_;
}

std::uint64_t Histogram::surely_at_most(std::uint64_t value) const noexcept {
    if (value >= max()) return count_;
    std::uint64_t samples = 0;
    for (std::size_t i = 0; i < counts_.size() && highest_of(i) <= value; ++i) samples += counts_[i];
    return samples;
}

Histogram Histogram::of(int digits, std::vector<std::uint64_t> counts) {
    if (digits != 2 && digits != 3) throw std::invalid_argument{"expected a histogram of 2 or 3 digits"};
    Histogram histogram{digits};
    while (!counts.empty() && counts.back() == 0) counts.pop_back();
    if (!counts.empty() && counts.size() - 1 > histogram.index_of(highest))
        throw std::invalid_argument{"expected a histogram of values up to 25 h"};
    histogram.counts_ = std::move(counts);
    std::size_t first = histogram.counts_.size();
    for (std::size_t i = 0; i < histogram.counts_.size(); ++i) {
        if (histogram.counts_[i] == 0) continue;
        first = std::min(first, i);
        const auto middle = static_cast<double>(histogram.lowest_of(i)) / 2 +
                            static_cast<double>(histogram.highest_of(i)) / 2;
        histogram.count_ += histogram.counts_[i];
        histogram.sum_ += middle * static_cast<double>(histogram.counts_[i]);
    }
    if (histogram.count_ > 0) {
        histogram.min_ = histogram.lowest_of(first);
        histogram.max_ = std::min(histogram.highest_of(histogram.counts_.size() - 1), highest);
    }
    return histogram;
}

void Histogram::set_exact(std::uint64_t min, std::uint64_t max, double sum) noexcept {
    if (count_ == 0) return;
    min_ = min;
    max_ = max;
    sum_ = sum;
}

}  // namespace tollgate::loadtest
