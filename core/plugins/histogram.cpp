// core/plugins/histogram.cpp - finding the bucket, counting, and the lines for Prometheus.
#include "plugins/histogram.h"

#include "plugins/metrics.h"

#include <algorithm>

namespace tollgate::plugins {

Histogram::Histogram(std::size_t loops, Bounds bounds)
    : loops_{loops},
      bounds_{bounds},
      stride_{(bounds.size() + 2 + cells_per_line - 1) / cells_per_line},
      lines_{std::make_unique<Line[]>((loops + 1) * stride_)} {}

void Histogram::observe(std::chrono::nanoseconds time) noexcept {
    // What a clock that other threads read makes of nothing may be less than nothing.
    time = std::max(time, std::chrono::nanoseconds{0});
    std::size_t bucket = 0;
    while (bucket < bounds_.size() && time > bounds_[bucket]) ++bucket;
    const std::size_t loop = Metrics::this_loop();
    const auto add = [&](std::atomic<std::uint64_t>& mine, std::uint64_t n) {
        if (loop < loops_) mine.store(mine.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
        else mine.fetch_add(n, std::memory_order_relaxed);
    };
    const std::size_t writer = std::min(loop, loops_);
    add(cell(writer, bucket), 1);
    add(cell(writer, bounds_.size() + 1), std::uint64_t(time.count()));
}

std::uint64_t Histogram::total(std::size_t index) const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t writer = 0; writer <= loops_; ++writer)
        sum += cell(writer, index).load(std::memory_order_relaxed);
    return sum;
}

std::uint64_t Histogram::count() const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t bucket = 0; bucket <= bounds_.size(); ++bucket) sum += total(bucket);
    return sum;
}

std::chrono::nanoseconds Histogram::sum() const noexcept {
    return std::chrono::nanoseconds{std::int64_t(total(bounds_.size() + 1))};
}

void Histogram::print(std::string& out, std::string_view name, std::string_view labels) const {
    const auto line = [&](std::string_view suffix, const std::string& all, const std::string& value) {
        out.append(name).append(suffix).append(all).append(" ").append(value).append("\n");
    };
    const std::string before = labels.empty() ? "{" : std::string{labels.substr(0, labels.size() - 1)} + ',';
    std::uint64_t so_far = 0;
    for (std::size_t bucket = 0; bucket <= bounds_.size(); ++bucket) {
        so_far += total(bucket);
        const bool last = bucket == bounds_.size();
        const std::string end = last ? "+Inf" : number_text(double(bounds_[bucket].count()) / 1e9);
        line("_bucket", before + "le=\"" + end + "\"}", std::to_string(so_far));
    }
    line("_sum", std::string{labels}, number_text(double(sum().count()) / 1e9));
    line("_count", std::string{labels}, std::to_string(so_far));  // not counted again: the buckets must add up
}

}  // namespace tollgate::plugins
