// loadtest/threshold.cpp - what a threshold's figure is in a run's results, and whether it is as it should be.
#include "loadtest/threshold.h"

#include "loadtest/quantities.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest {

std::uint64_t Threshold::Requests::count(const Results& results) const {
    if (unexpected) return results.unexpected;
    const Ledger& ledger = results.ledger;
    return (all ? ledger.answered : statuses.count(results)) + (timeouts ? ledger.timeouts : 0) +
           (connection_errors ? ledger.connection_errors : 0) + (aborted ? ledger.aborted : 0);
}

Histogram Threshold::histogram(const Results& results) const {
    if (clock_ == Clock::send_lag) return results.generator.send_lag;
    if (clock_ == Clock::connect) return results.connecting;
    Histogram sum;
    for (const auto& [status, latencies] : results.codes)
        if (requests_.all || requests_.statuses.takes(status))
            sum.add(clock_ == Clock::service ? latencies.service : latencies.response);
    return sum;
}

std::optional<Threshold::Sample> Threshold::sample(const Results& results) const {
    if (is_duration()) {
        const Histogram times = histogram(results);
        if (times.empty()) return std::nullopt;
        const auto ns = [](std::uint64_t value) { return static_cast<double>(value); };
        const double value = figure_ == Figure::percentile ? ns(times.percentile(percent_))
                             : figure_ == Figure::min      ? ns(times.min())
                             : figure_ == Figure::max      ? ns(times.max())
                                                           : times.mean();
        return Sample{value, times.count()};
    }
    const std::uint64_t ended = results.ledger.answered + results.ledger.unanswered();
    const std::uint64_t counted = requests_.count(results);
    if (figure_ == Figure::count) return Sample{static_cast<double>(counted), ended};
    if (figure_ == Figure::share) {
        if (ended == 0) return std::nullopt;
        return Sample{static_cast<double>(counted) / static_cast<double>(ended), ended};
    }
    if (results.seconds <= 0) return std::nullopt;
    // Of answers that were there in time.
    std::uint64_t in_time = 0;
    for (const auto& [status, latencies] : results.codes)
        if (requests_.all || requests_.statuses.takes(status)) in_time += latencies.in_time;
    return Sample{static_cast<double>(in_time) / results.seconds, ended};
}

bool Threshold::holds(double value) const noexcept {
    switch (operator_) {
        case Operator::less: return value < limit_;
        case Operator::at_most: return value <= limit_;
        case Operator::more: return value > limit_;
        case Operator::at_least: return value >= limit_;
        case Operator::equal: return value == limit_;
        case Operator::different: return value != limit_;
    }
    return false;
}

std::string Threshold::show_value(double value) const {
    if (is_duration()) return show(Nanoseconds{std::llround(value)});
    if (figure_ == Figure::share) return show_percent(value, value > 0 && value < 0.001 ? 4 : 2);
    return figure_ == Figure::count ? std::to_string(static_cast<std::uint64_t>(value)) : show_count(value) + "/s";
}

ThresholdResult Threshold::evaluate(const Results& results) const {
    const auto got = sample(results);
    const char* const unit = is_duration()                 ? "ns"
                             : figure_ == Figure::share    ? "ratio"
                             : figure_ == Figure::count    ? ""
                                                           : "1/s";
    if (!got) return {text_, 0, unit, "no sample", false, false};
    return {text_, got->value, unit, show_value(got->value), holds(got->value), false};
}

bool Threshold::calls_for_abort(const Results& so_far) const {
    if (!aborts_) return false;
    const auto got = sample(so_far);
    if (!got || holds(got->value)) return false;
    const bool wants_more = operator_ == Operator::more || operator_ == Operator::at_least;
    // They only rise: what is too much stays too much, what is too little need not.
    if (figure_ == Figure::count || figure_ == Figure::max)
        return !wants_more && (operator_ != Operator::equal || got->value > limit_) && operator_ != Operator::different;
    if (figure_ == Figure::min) return wants_more;
    if (figure_ == Figure::per_second) return so_far.seconds >= 1;
    const double tail = figure_ == Figure::percentile ? 100 / (100 - std::min(percent_, 99.999)) : 0;
    return static_cast<double>(got->of) >= std::max(100.0, tail);
}

}  // namespace tollgate::loadtest
