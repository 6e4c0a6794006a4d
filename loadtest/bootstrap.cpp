// loadtest/bootstrap.cpp - slices of a timeline, their blocks, and draws of them.
#include "loadtest/bootstrap.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t most_slices = 400;  // of a long run: neighbouring intervals are taken together

std::vector<Slice> slices_of(const Results& run) {
    const std::size_t together = (run.timeline.size() + most_slices - 1) / most_slices;
    std::vector<Slice> slices;
    for (std::size_t i = 0; i < run.timeline.size(); ++i) {
        if (i % together == 0) slices.emplace_back();
        const Interval& interval = run.timeline[i];
        const double begin = static_cast<double>(i) * run.interval_seconds;
        Slice slice;
        slice.seconds = std::clamp(run.seconds - begin, 0.0, std::max(run.interval_seconds, 0.0));
        slice.classes = interval.classes;
        slice.unanswered = interval.unanswered;
        slice.successes = interval.response[static_cast<std::size_t>(StatusClass::success)];
        if (slice.seconds > 0)
            for (const std::uint64_t count : interval.classes) slice.in_time += count;
        slices.back().add(slice);
    }
    return slices;
}

constexpr double normal = 1.959964;  // 97.5% of a normal distribution are below

// The same of Student's, within 1% for three degrees of freedom or more (Cornish and Fisher's expansion).
double student_t(double freedom) {
    const double z = normal, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
    return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
}

}  // namespace

void Slice::add(const Slice& other) {
    seconds += other.seconds;
    in_time += other.in_time;
    for (std::size_t i = 0; i < status_classes; ++i) classes[i] += other.classes[i];
    unanswered += other.unanswered;
    successes.add(other.successes);
}

std::uint64_t Slice::requests() const noexcept {
    std::uint64_t sum = unanswered;
    for (const std::uint64_t count : classes) sum += count;
    return sum;
}

Resampling::Resampling(const Results& run) : intervals_{run.timeline.size()} {
    const std::vector<Slice> slices = slices_of(run);
    for (const Slice& slice : slices) whole_.add(slice);
    if (!possible()) return;
    slices_ = slices.size();
    length_ = static_cast<std::size_t>(std::lround(std::cbrt(static_cast<double>(slices_))));
    draws_ = (slices_ + length_ - 1) / length_;
    for (std::size_t begin = 0; begin < slices_; ++begin) {
        Slice& block = blocks_.emplace_back();
        for (std::size_t i = 0; i < length_; ++i) block.add(slices[(begin + i) % slices_]);
    }
}

double Resampling::widening() const noexcept {
    const auto slices = static_cast<double>(slices_), length = static_cast<double>(length_);
    return student_t(slices / length - 1) / normal * std::sqrt(slices / (slices - length));
}

Slice Resampling::draw(std::mt19937_64& random) const {
    Slice sum;
    // A remainder's slight preference for low numbers is far below what is measured.
    for (std::size_t i = 0; i < draws_; ++i) sum.add(blocks_[random() % blocks_.size()]);
    return sum;
}

}  // namespace tollgate::loadtest
