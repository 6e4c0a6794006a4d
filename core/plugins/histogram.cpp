// core/plugins/histogram.cpp - finding the bucket, counting, and the lines for Prometheus.
#include "plugins/histogram.h"

#include "plugins/exposition.h"
#include "plugins/metrics.h"

#include <algorithm>
#include <new>
#include <string>

namespace tollgate::plugins {

Histogram::Histogram(std::size_t loops, Bounds bounds)
    : loops_{loops},
      bounds_{bounds},
      stride_{(bounds.size() + 2 + cells_per_line - 1) / cells_per_line},
      lines_{std::make_unique<Line[]>((loops + 1) * stride_)} {}

Histogram::~Histogram() { delete exemplars_.load(std::memory_order_relaxed); }

void Histogram::observe(std::uint64_t number, const Exemplar* exemplar) noexcept {
    std::size_t bucket = 0;
    while (bucket < bounds_.size() && number > bounds_[bucket]) ++bucket;
    const std::size_t loop = Metrics::this_loop();
    const auto add = [&](std::atomic<std::uint64_t>& mine, std::uint64_t n) {
        if (loop < loops_) mine.store(mine.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
        else mine.fetch_add(n, std::memory_order_relaxed);
    };
    const std::size_t writer = std::min(loop, loops_);
    add(cell(writer, bucket), 1);
    add(cell(writer, bounds_.size() + 1), number);
    if (exemplar) offer(bucket, number, *exemplar);
}

void Histogram::offer(std::size_t bucket, std::uint64_t number, const Exemplar& exemplar) noexcept {
    Exemplars* there = exemplars_.load(std::memory_order_acquire);
    if (!there) {
        auto* const made = new (std::nothrow) Exemplars{bounds_.size() + 1};
        if (!made) return;
        if (exemplars_.compare_exchange_strong(there, made, std::memory_order_acq_rel)) there = made;
        else delete made;
    }
    there->offer(bucket, number, exemplar);
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

std::uint64_t Histogram::sum() const noexcept { return total(bounds_.size() + 1); }

void Histogram::print(Exposition& out, std::string_view labels) const {
    const Exemplars* const exemplars = exemplars_.load(std::memory_order_acquire);
    std::uint64_t so_far = 0;
    for (std::size_t bucket = 0; bucket <= bounds_.size(); ++bucket) {
        so_far += total(bucket);
        const bool last = bucket == bounds_.size();
        const std::string upper = last ? "+Inf" : bound_text(double(bounds_[bucket]) / bounds_.unit());
        out.bucket(labels, upper, so_far, exemplars, bucket, bounds_.unit());
    }
    out.sample("_sum", labels, double(sum()) / bounds_.unit());
    out.sample("_count", labels, so_far);  // not counted again: the buckets must add up
}

}  // namespace tollgate::plugins
