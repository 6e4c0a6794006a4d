// loadtest/schedule.cpp - integrals of straight lines, and their inverse.
#include "loadtest/schedule.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest {

namespace {
constexpr double for_ever = std::numeric_limits<double>::infinity();
}  // namespace

Schedule::Schedule(const Options& options) {
    if (options.stages.empty()) {
        add(seconds(options.warmup), options.rate, options.rate);
        add(options.duration ? seconds(*options.duration) : for_ever, options.rate, options.rate);
        return;
    }
    double rate = options.rate;
    // Warming up at rate 0 would warm nothing.
    const double warm = rate > 0 ? rate : options.stages.front().rate;
    add(seconds(options.warmup), warm, warm);
    for (const Stage& stage : options.stages) {
        add(seconds(stage.duration), rate, stage.rate);
        rate = stage.rate;
    }
}

void Schedule::add(double length, double from, double to) {
    if (length <= 0) return;
    // Not by due_before(end_), whose rounding of times could leave a number between two lines to neither.
    const double before = lines_.empty() ? 0 : lines_.back().due(lines_.back().length);
    lines_.push_back({end_, length, from, to, before});
    end_ += length;
}

double Schedule::due_before(double time) const noexcept {
    if (lines_.empty()) return 0;
    auto line =
        std::upper_bound(lines_.begin(), lines_.end(), time, [](double t, const Line& l) { return t < l.begin; });
    if (line == lines_.begin()) return 0;
    --line;
    if (line->length == for_ever) return line->before + line->from * (time - line->begin);
    return line->due(std::min(time - line->begin, line->length));
}

double Schedule::time_of(double number) const noexcept {
    auto line =
        std::upper_bound(lines_.begin(), lines_.end(), number, [](double n, const Line& l) { return n < l.before; });
    if (line == lines_.begin()) return for_ever;
    --line;
    const double more = number - line->before;
    if (line->length == for_ever) return line->begin + more / line->from;
    if (number >= line->due(line->length)) return for_ever;  // the last line's: the next one would begin there
    // from t + slope t^2 / 2 = more, in the form that loses nothing where the slope is small.
    const double slope = (line->to - line->from) / line->length;
    const double root = std::sqrt(std::max(0.0, line->from * line->from + 2 * slope * more));
    return line->begin + (more > 0 ? 2 * more / (line->from + root) : 0);
}

Pacer::Pacer(const Schedule& schedule, Arrival arrival, unsigned thread, unsigned threads, Random& random,
             double warmup, std::uint64_t most)
    : schedule_{schedule},
      random_{random},
      arrival_{arrival},
      step_{static_cast<double>(threads)},
      warmup_{warmup},
      number_{static_cast<double>(thread)},
      left_{most} {
    if (arrival == Arrival::poisson) number_ = random.exponential() * step_;
    next_ = schedule.time_of(number_);
}

std::optional<double> Pacer::next() const noexcept {
    if (next_ == for_ever || counted_out()) return std::nullopt;
    return next_;
}

void Pacer::advance() noexcept {
    if (next_ >= warmup_) --left_;
    number_ += arrival_ == Arrival::poisson ? random_.exponential() * step_ : step_;
    next_ = schedule_.time_of(number_);
}

}  // namespace tollgate::loadtest
