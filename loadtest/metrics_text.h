// loadtest/metrics_text.h - MetricsText: what a page in Prometheus' text format 0.0.4 says, or what is wrong with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::loadtest {

// The value of a label; "" where there is none of the name, which is the same to Prometheus.
using MetricLabels = std::map<std::string, std::string, std::less<>>;
std::string_view label(const MetricLabels& labels, std::string_view name);

// Immutable. As strict as Prometheus itself: a page that it would throw away is not half understood here. Beyond that,
// the buckets of a histogram must add up.
class MetricsText {
public:
    static constexpr std::size_t most_bytes = 64 << 20, most_series = 1'000'000, most_labels = 64;

    enum class Type : std::uint8_t { untyped, counter, gauge, histogram, summary };
    struct Series {
        MetricLabels labels;
        double value = 0;
        std::optional<std::int64_t> timestamp;  // milliseconds since the epoch
    };
    struct Bucket {
        double upper = 0;     // the largest value that it takes; the last one's is infinite
        double at_most = 0;   // how many values were at most `upper`
    };
    struct Histogram {
        MetricLabels labels;  // without `le`
        std::vector<Bucket> buckets;
        double sum = 0, count = 0;
    };
    struct Family {
        Type type = Type::untyped;
        std::string help;
        std::vector<Series> series;         // of a summary also its _sum and _count, with a label `__name__`
        std::vector<Histogram> histograms;  // of a histogram, which has no series
    };

    // nullopt, and in `problem` which line is wrong: `line 3: expected ..., got ...`.
    static std::optional<MetricsText> parse(std::string_view page, std::string& problem);

    const Family* find(std::string_view name) const;  // null where the page has no such figure
    // The sum over all series of a counter or gauge; nullopt where there are none.
    std::optional<double> sum(std::string_view name) const;

private:
    std::map<std::string, Family, std::less<>> families_;
};

}  // namespace tollgate::loadtest
