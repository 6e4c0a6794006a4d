// loadtest/hlog_report.cpp - the timeline as HdrHistogram's interval log: a histogram an interval and status class.
//
// As org.HdrHistogram.HistogramLogWriter writes it, version 1.3: times in seconds since BaseTime, maxima in
// milliseconds, histograms in nanoseconds. A class with no answers in an interval has no line there.
#include "loadtest/hdr_encoding.h"
#include "loadtest/report_formats.h"
#include "support/text.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <optional>

namespace tollgate::loadtest {

namespace {

std::string thousandths(double value) {
    std::array<char, 48> text;
    std::snprintf(text.data(), text.size(), "%.3f", value);
    return text.data();
}

// "2026-11-21T09:00:00.123Z" as seconds since 1970; none if a file says something else.
std::optional<double> epoch_of(const std::string& started) {
    std::tm date{};
    double seconds = 0;
    int end = 0;
    const int read = std::sscanf(started.c_str(), "%4d-%2d-%2dT%2d:%2d:%6lfZ%n", &date.tm_year, &date.tm_mon,
                                 &date.tm_mday, &date.tm_hour, &date.tm_min, &seconds, &end);
    if (read != 6 || static_cast<std::size_t>(end) != started.size()) return std::nullopt;
    date.tm_year -= 1900;
    --date.tm_mon;
    return static_cast<double>(timegm(&date)) + seconds;
}

std::string head(const Results& run) {
    std::string out = "#[loadtester " + text::printable(run.version) + ", run " + text::printable(run.run_id) + ", " +
                      text::printable(run.url) + "]\n#[Histogram log format version 1.3]\n";
    if (const auto start = epoch_of(run.started))
        for (const char* name : {"StartTime", "BaseTime"})
            out += '#' + ('[' + std::string{name}) + ": " + thousandths(*start) + " (seconds since epoch), " +
                   text::printable(run.started) + "]\n";
    return out + "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
}

}  // namespace

std::string hlog_report(const Results& run) {
    std::string out = head(run);
    for (std::size_t i = 0; i < run.timeline.size(); ++i)
        for (std::size_t k = 0; k < status_classes; ++k) {
            const Histogram& times = run.timeline[i].response[k];
            if (times.empty()) continue;
            out += "Tag=" + std::string{status_class_names[k]} + ',' +
                   thousandths(static_cast<double>(i) * run.interval_seconds) + ',' +
                   thousandths(run.interval_seconds) + ',' + thousandths(static_cast<double>(times.max()) / 1e6) + ',' +
                   to_hdr(times) + '\n';
        }
    return out;
}

}  // namespace tollgate::loadtest
