// loadtest/html_plots.h - the plots of an HTML report, each with its legend.
#pragma once

#include "loadtest/results.h"

#include <string>

namespace tollgate::loadtest {

// What the status classes are called in style sheets.
inline constexpr std::array<std::string_view, status_classes> plot_styles{"s1xx", "s2xx", "s3xx",
                                                                          "s4xx", "s429", "s5xx"};

// Latency by percentile, a line for each status class; "" where nothing was answered.
std::string percentile_plot(const Results& run);
// The same as the content of an SVG, its legend `legend_at` below the top.
std::string percentile_drawing(const Results& run, int legend_at);
// Answers a second over time, stacked by status class, and below it the p99 of each; "" without a timeline.
std::string throughput_plot(const Results& run);
std::string latency_plot(const Results& run);

}  // namespace tollgate::loadtest
