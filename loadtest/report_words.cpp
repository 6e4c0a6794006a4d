// loadtest/report_words.cpp - words and sums that several reports need.
#include "loadtest/report_words.h"

#include "loadtest/exit_codes.h"
#include "loadtest/quantities.h"

#include <algorithm>

namespace tollgate::loadtest {

std::string shown_ns(std::uint64_t nanoseconds) {
    return show(Nanoseconds{static_cast<Nanoseconds::rep>(std::min(nanoseconds, Histogram::highest))});
}

std::string shown_seconds(double seconds) {
    return show(Nanoseconds{static_cast<Nanoseconds::rep>(std::clamp(seconds, 0.0, 90'000.0) * 1e9)});
}

std::string shown_percentile(const GatewayView::RouteLatency& times, double percentile) {
    return (percentile <= times.bound ? "<" : "") + shown_seconds(percentile);
}

std::string_view word_of(int exit_code) noexcept {
    switch (exit_code) {
        case exit_passed: return "PASSED";
        case exit_unreachable: return "UNREACHABLE";
        case exit_invalid: return "INVALID";
        case exit_unreconciled: return "NOT RECONCILED";
        case exit_limits: return "NOT AS DECLARED";
        case exit_threshold: return "FAILED";
        case exit_interrupted: return "INTERRUPTED";
        default: return "ERROR";
    }
}

Histogram answered_in(const Interval& interval) {
    Histogram all{2};
    for (const Histogram& one : interval.response) all.add(one);
    return all;
}

ClassCounts classes_of(const TargetResults& target) {
    ClassCounts classes{};
    for (const auto& [status, count] : target.codes) classes[static_cast<std::size_t>(class_of(status))] += count;
    return classes;
}

}  // namespace tollgate::loadtest
