// loadtest/hgrm_report.cpp - response times in HdrHistogram's percentile format, which its plotters read. Milliseconds.
#include "loadtest/report_formats.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tollgate::loadtest {

namespace {

constexpr double ticks_per_half_distance = 5;  // as HdrHistogram's outputPercentileDistribution()

template <class... Values>
std::string formatted(const char* format, Values... values) {
    std::array<char, 128> line;
    std::snprintf(line.data(), line.size(), format, values...);
    return line.data();
}

double milliseconds(double nanoseconds) { return nanoseconds / 1e6; }

// The steps get finer towards 100%: as many from 50 to 75% as from 75 to 87.5%.
double next_level(double level) {
    const auto halvings = std::floor(std::log2(100 / (100 - level))) + 1;
    return level + 100 / (ticks_per_half_distance * std::exp2(halvings));
}

std::string lines(const Histogram& times) {
    std::string out;
    std::uint64_t seen = 0;
    double level = 0, last = 0;
    times.each([&](std::uint64_t, std::uint64_t high, std::uint64_t samples) {
        seen += samples;
        const double reached = 100 * static_cast<double>(seen) / static_cast<double>(times.count());
        last = milliseconds(static_cast<double>(std::clamp(high, times.min(), times.max())));
        while (level < 100 && reached >= level) {
            out += formatted("%12.3f %2.12f %10llu %14.2f\n", last, level / 100, static_cast<unsigned long long>(seen),
                             1 / (1 - level / 100));
            level = next_level(level);
            if (seen == times.count()) break;
        }
    });
    if (!times.empty()) out += formatted("%12.3f %2.12f %10llu\n", last, 1.0, static_cast<unsigned long long>(seen));
    return out;
}

// How often the widths of buckets double up to the highest value.
int buckets(std::uint64_t sub_buckets) {
    int count = 1;
    for (std::uint64_t beyond = sub_buckets * Histogram::lowest_discernible; beyond <= Histogram::highest; beyond *= 2)
        ++count;
    return count;
}

}  // namespace

std::string hgrm_report(const Results& run, const ReportStyle& style) {
    const Histogram times = style.only ? run.of_class(*style.only).response : run.all_responses();
    const std::uint64_t sub_buckets = times.digits() == 3 ? 2048 : 256;
    return formatted("%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)") +
           lines(times) +
           formatted("#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", milliseconds(times.mean()),
                     milliseconds(times.standard_deviation())) +
           formatted("#[Max     = %12.3f, Total count    = %12llu]\n", milliseconds(static_cast<double>(times.max())),
                     static_cast<unsigned long long>(times.count())) +
           formatted("#[Buckets = %12d, SubBuckets     = %12llu]\n", buckets(sub_buckets),
                     static_cast<unsigned long long>(sub_buckets));
}

}  // namespace tollgate::loadtest
