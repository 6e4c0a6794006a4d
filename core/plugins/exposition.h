// core/plugins/exposition.h - Exposition: a page of figures being written, for Prometheus or as OpenMetrics.
//
// Both texts say the same of the same figures. OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/)
// names a counter's family without `_total`, has units, exemplars and an end. The times at which figures came to be
// (`_created`) are left out of it: they may be, and each would be one more series in most databases.
#pragma once

#include "plugins/exemplars.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::plugins {

enum class FigureKind { counter, gauge, histogram };
std::string_view name_of(FigureKind kind);

class Exposition {
public:
    enum class Format { prometheus, openmetrics };
    explicit Exposition(Format format) : format_{format} {}

    // What follows is of that family. `name` outlives that.
    void begin_family(std::string_view name, FigureKind kind, std::string_view help);
    // `suffix` as in `_sum`; `labels` as in `{route="GET /"}`, or "".
    void sample(std::string_view suffix, std::string_view labels, std::uint64_t value);
    void sample(std::string_view suffix, std::string_view labels, double value);
    // One of a histogram's buckets. `upper` as in `0.5`; `unit`: how many of an exemplar's make one of the histogram's.
    void bucket(std::string_view labels, std::string_view upper, std::uint64_t count, const Exemplars* exemplars,
                std::size_t number, double unit);
    std::string finish();

    std::string_view content_type() const noexcept;

private:
    void begin_sample(std::string_view suffix, std::string_view labels);
    void end_bucket(const Exemplars::Seen& seen, double unit);
    void number(std::uint64_t value);
    void number(double value);

    const Format format_;
    std::string text_;
    std::string_view family_;  // as its samples begin
    std::string_view total_;   // how OpenMetrics has them end
};

// As Prometheus reads it.
std::string number_text(double value);
// The same, with a point in any case: how OpenMetrics wants the bounds of buckets, which are compared as text.
std::string bound_text(double value);

}  // namespace tollgate::plugins
