// loadtest/html_plots.h - the plots of an HTML report, each with its legend.
#pragma once

#include "loadtest/results.h"

#include <string>

namespace tollgate::loadtest {

// Latency by percentile, a line for each status class; "" where nothing was answered.
std::string percentile_plot(const Results& run);
// Answers a second over time, stacked by status class, and below it the p99 of each; "" without a timeline.
std::string throughput_plot(const Results& run);
std::string latency_plot(const Results& run);

}  // namespace tollgate::loadtest
