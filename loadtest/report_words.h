// loadtest/report_words.h - what reports have in common: how times are shown, the word for a verdict, sums of
// intervals.
#pragma once

#include "loadtest/results.h"

#include <string>
#include <string_view>

namespace tollgate::loadtest {

// Of the classes that every report tells of, their places among the counts.
inline constexpr auto success = static_cast<std::size_t>(StatusClass::success);
inline constexpr auto limited = static_cast<std::size_t>(StatusClass::limited);
inline constexpr auto server_error = static_cast<std::size_t>(StatusClass::server_error);

// "2.10 ms".
std::string shown_ns(std::uint64_t nanoseconds);
std::string shown_seconds(double seconds);
// "2.10 ms", and "<500 us" of one that lies somewhere in the first bucket.
std::string shown_percentile(const GatewayView::RouteLatency& times, double percentile);

// "PASSED", "INVALID", ...: of an exit code.
std::string_view word_of(int exit_code) noexcept;

// Response times of all that was answered in it.
Histogram answered_in(const Interval& interval);

// A target's answers by class.
ClassCounts classes_of(const TargetResults& target);

}  // namespace tollgate::loadtest
