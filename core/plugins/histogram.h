// core/plugins/histogram.h - Histogram: how many times were how long, in buckets, counted by each loop for itself.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::plugins {

// As with counters, each loop writes cells of its own, without a lock; other threads share one more set.
class Histogram {
public:
    using Bounds = std::span<const std::chrono::nanoseconds>;
    // The upper ends of the buckets, ascending; one without an end is added. `bounds` outlives the histogram.
    Histogram(std::size_t loops, Bounds bounds);

    void observe(std::chrono::nanoseconds time) noexcept;

    std::uint64_t count() const noexcept;
    std::chrono::nanoseconds sum() const noexcept;
    // The lines of one figure: `name`_bucket, `name`_sum and `name`_count. `labels` as in `{route="GET /"}`, or "".
    void print(std::string& out, std::string_view name, std::string_view labels) const;

private:
    static constexpr std::size_t cells_per_line = 8;
    struct alignas(64) Line {
        std::atomic<std::uint64_t> cells[cells_per_line]{};
    };

    std::atomic<std::uint64_t>& cell(std::size_t writer, std::size_t index) const noexcept {
        return lines_[writer * stride_ + index / cells_per_line].cells[index % cells_per_line];
    }
    std::uint64_t total(std::size_t index) const noexcept;

    const std::size_t loops_;
    const Bounds bounds_;
    const std::size_t stride_;  // lines per writer: the buckets, the one without an end, the sum of nanoseconds
    std::unique_ptr<Line[]> lines_;
};

}  // namespace tollgate::plugins
