// core/plugins/histogram.h - Histogram: how many were how long, or how large, in buckets, counted by each loop alone.
#pragma once

#include "plugins/exemplars.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tollgate::plugins {

class Exposition;

// As with counters, each loop writes cells of its own, without a lock; other threads share one more set.
class Histogram {
public:
    // The upper ends of the buckets, ascending, of times or of plain numbers; one without an end is added. The array
    // outlives the histogram.
    class Bounds {
    public:
        template <std::size_t n>
        constexpr Bounds(const std::array<std::chrono::nanoseconds, n>& times) noexcept
            : times_{times.data()}, size_{n} {}
        template <std::size_t n>
        constexpr Bounds(const std::array<std::uint64_t, n>& numbers) noexcept : numbers_{numbers.data()}, size_{n} {}

        std::size_t size() const noexcept { return size_; }
        std::uint64_t operator[](std::size_t i) const noexcept {
            return times_ ? std::uint64_t(times_[i].count()) : numbers_[i];
        }
        double unit() const noexcept { return times_ ? 1e9 : 1; }  // how many make one of what is printed: seconds

    private:
        const std::chrono::nanoseconds* times_ = nullptr;
        const std::uint64_t* numbers_ = nullptr;
        std::size_t size_;
    };

    Histogram(std::size_t loops, Bounds bounds);
    ~Histogram();

    // `exemplar`: by which request this can be looked at, if it can. Any thread.
    void observe(std::chrono::nanoseconds time, const Exemplar* exemplar = nullptr) noexcept {
        // What a clock that other threads read makes of nothing may be less than nothing.
        observe(std::uint64_t(time.count() > 0 ? time.count() : 0), exemplar);
    }
    void observe(std::uint64_t number, const Exemplar* exemplar = nullptr) noexcept;

    std::uint64_t count() const noexcept;
    std::uint64_t sum() const noexcept;  // nanoseconds, or of the numbers
    // The lines of one figure, `_bucket`, `_sum` and `_count`, of the family that was begun. `labels` as in
    // `{route="GET /"}`, or "".
    void print(Exposition& out, std::string_view labels) const;

private:
    static constexpr std::size_t cells_per_line = 8;
    struct alignas(64) Line {
        std::atomic<std::uint64_t> cells[cells_per_line]{};
    };

    std::atomic<std::uint64_t>& cell(std::size_t writer, std::size_t index) const noexcept {
        return lines_[writer * stride_ + index / cells_per_line].cells[index % cells_per_line];
    }
    std::uint64_t total(std::size_t index) const noexcept;
    void offer(std::size_t bucket, std::uint64_t number, const Exemplar& exemplar) noexcept;

    const std::size_t loops_;
    const Bounds bounds_;
    const std::size_t stride_;  // lines per writer: the buckets, the one without an end, the sum
    std::unique_ptr<Line[]> lines_;
    std::atomic<Exemplars*> exemplars_{nullptr};  // owned; made for the first of them
};

}  // namespace tollgate::plugins
